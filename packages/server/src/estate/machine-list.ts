import type { MachineDetail, MachineInfo } from "@berth/api/machine.ts";
import { sql } from "kysely";
import { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import { allowedActions, refusedActions } from "./machine-rules.ts";
import { machineOf } from "./store.ts";

/** Machines with where they stand and whom they serve, for lists and single ones. */
export function machineRows(db: Db | Tx) {
  return db
    .selectFrom("machine")
    .innerJoin("site", "site.id", "machine.site_id")
    .leftJoin("enclosure", "enclosure.id", "machine.enclosure_id")
    .selectAll("machine")
    .select(["site.name as site", "enclosure.name as enclosure"])
    .select(
      // A name for people only: servers stand above this room.
      sql<string | null>`(
        select s.name from profile p join server s on s.id = p.server_id where p.machine_id = machine.id)`.as("server"),
    )
    .select(
      sql<string | null>`(
        select s.power_wanted from profile p join server s on s.id = p.server_id
        where p.machine_id = machine.id)`.as("power_wanted"),
    );
}

export type MachineViewRow = Awaited<ReturnType<ReturnType<typeof machineRows>["executeTakeFirstOrThrow"]>>;

export async function findMachine(db: Db | Tx, idOrName: string): Promise<MachineViewRow> {
  const row = await machineRows(db)
    .where(`machine.${refColumn(idOrName)}`, "=", idOrName)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no machine ${idOrName}`);
  return row;
}

type Info = z.input<typeof MachineInfo>;

export function machineView(row: MachineViewRow): Info {
  const { state } = machineOf(row);
  const footing = { state, maintenance: row.maintenance, isManaged: row.provider !== null };
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    site: row.site,
    enclosure: row.enclosure,
    bay: row.bay,
    state,
    stateReason: row.state_reason,
    server: row.server,
    provider: row.provider,
    systemId: row.system_id,
    manufacturer: row.manufacturer,
    model: row.model,
    serial: row.serial,
    // The database checks these columns against the same words.
    firmware: row.firmware as Info["firmware"],
    cores: row.cores,
    memoryMiB: row.memory_mib,
    health: row.health as Info["health"],
    power: {
      wanted: row.power_wanted as Info["power"]["wanted"],
      observed: row.power_observed as Info["power"]["observed"],
      observedAt: row.power_observed_at?.toISOString() ?? null,
    },
    maintenance: row.maintenance,
    maintenanceReason: row.maintenance_reason,
    inspectedAt: row.inspected_at?.toISOString() ?? null,
    allowed: allowedActions(footing),
    refused: refusedActions(footing, row.server),
    createdAt: row.created_at.toISOString(),
  };
}

const Settings = z.record(z.string(), z.unknown());

export function machineDetail(row: MachineViewRow): z.input<typeof MachineDetail> {
  const { nics, disks } = machineOf(row);
  return {
    ...machineView(row),
    uuid: row.uuid,
    assetTag: row.asset_tag,
    nics: nics.map(({ id, mac }) => ({ id, mac })),
    disks: disks.map(({ id, sizeBytes }) => ({ id, sizeBytes })),
    settings: Settings.parse(row.settings ?? {}),
    hasCredentials: row.secrets_sealed !== null,
  };
}
