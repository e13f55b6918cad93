import type { HostDetail, HostInfo } from "@berth/api/host.ts";
import { sql } from "kysely";
import { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import { allowedHostActions, type HostState, refusedHostActions } from "./host-rules.ts";

interface Promised {
  readonly cores: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
}

export function hostRows(db: Db | Tx) {
  return db
    .selectFrom("host")
    .innerJoin("site", "site.id", "host.site_id")
    .selectAll("host")
    .select("site.name as site")
    .select(
      // Reservations stand above this room: what they promise is read, as it is part of what the host is.
      sql<Promised>`(
        select json_build_object('cores', coalesce(sum(r.cores), 0), 'memoryMiB', coalesce(sum(r.memory_mib), 0),
          'storageGiB', coalesce(sum(r.storage_gib), 0))
        from reservation r where r.host_id = host.id and r.released_at is null and lower(r.during) <= now())`.as(
        "promised",
      ),
    );
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
    promised: row.promised,
    allowed: allowedHostActions(state, row.maintenance),
    refused: refusedHostActions(state, row.maintenance),
    createdAt: row.created_at.toISOString(),
  };
}

export function hostDetail(row: HostRow): z.input<typeof HostDetail> {
  return { ...hostView(row), settings: Settings.parse(row.settings), hasCredentials: row.secrets_sealed !== null };
}
