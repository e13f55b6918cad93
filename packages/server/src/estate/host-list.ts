import type { HostDetail, HostInfo } from "@berth/api/host.ts";
import { z } from "zod";
import { refColumn } from "../fabric/refs.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { allowedHostActions, type HostState } from "./host-rules.ts";

export function hostRows(db: Db | Tx) {
  return db
    .selectFrom("host")
    .innerJoin("site", "site.id", "host.site_id")
    .selectAll("host")
    .select("site.name as site");
}

export type HostRow = Awaited<ReturnType<ReturnType<typeof hostRows>["executeTakeFirstOrThrow"]>>;

export async function findHost(db: Db | Tx, idOrName: string): Promise<HostRow> {
  const row = await hostRows(db)
    .where(`host.${refColumn(idOrName)}`, "=", idOrName)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no host ${idOrName}`);
  return row;
}

const Bridges = z.record(z.string(), z.string());
const Settings = z.record(z.string(), z.unknown());

export function hostView(row: HostRow): z.input<typeof HostInfo> {
  // The database checks the column against the states of the lifecycle.
  const state = row.state as HostState;
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    site: row.site,
    provider: row.provider,
    state,
    stateReason: row.state_reason,
    hypervisor: row.hypervisor,
    hypervisorVersion: row.hypervisor_version,
    technique: row.technique,
    cores: row.cores,
    memoryMiB: row.memory_mib,
    storageGiB: row.storage_gib,
    storagePool: row.storage_pool,
    bridges: Bridges.parse(row.bridges),
    maintenance: row.maintenance,
    maintenanceReason: row.maintenance_reason,
    observedAt: row.observed_at?.toISOString() ?? null,
    allowed: allowedHostActions(state, row.maintenance),
    createdAt: row.created_at.toISOString(),
  };
}

export function hostDetail(row: HostRow): z.input<typeof HostDetail> {
  return { ...hostView(row), settings: Settings.parse(row.settings), hasCredentials: row.secrets_sealed !== null };
}
