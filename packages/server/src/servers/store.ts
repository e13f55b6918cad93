import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { ServerTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import { isUuid, nextState, type ServerEvent, type ServerState } from "./rules.ts";

/** A NIC as it was reserved. `ip` is null where a foreign DHCP decides. */
export interface ServerNic {
  readonly network: string;
  readonly networkId: string;
  readonly mac: string;
  readonly ip: string | null;
  readonly prefix: number;
  readonly gateway: string | null;
  readonly dns: readonly string[];
  readonly primary: boolean;
  readonly dhcp: boolean;
}

export interface ServerDisk {
  readonly name: string;
  readonly sizeGiB: number;
  readonly role: "boot" | "data" | "shared";
  /** The machine's own disk; null on a host. */
  readonly on: string | null;
  /** The volume's name outside. */
  readonly volume: string;
}

/** How its operating system is set up at its first start. */
export interface ServerOs {
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly adminKeys: readonly string[];
}

export type ServerRow = Omit<Selectable<ServerTable>, "disks" | "nics" | "os" | "state" | "kind"> & {
  readonly os: ServerOs | null;
  readonly disks: readonly ServerDisk[];
  readonly nics: readonly ServerNic[];
  readonly state: ServerState;
  readonly kind: "physical" | "virtual";
};

export interface NewServer
  extends Pick<
    ServerRow,
    | "id"
    | "name"
    | "hostname"
    | "service_id"
    | "group_name"
    | "ordinal"
    | "kind"
    | "owner_id"
    | "project_id"
    | "pool_id"
    | "site_id"
    | "machine_id"
    | "host_id"
    | "image_id"
    | "cores"
    | "memory_mib"
    | "firmware"
    | "disks"
    | "nics"
    | "uuid"
    | "serial"
    | "host_key_public"
    | "host_key_sealed"
  > {
  readonly os?: ServerOs | null;
}

export async function insertServer(tx: Tx, server: NewServer): Promise<void> {
  await tx
    .insertInto("server")
    .values({
      ...server,
      disks: JSON.stringify(server.disks),
      nics: JSON.stringify(server.nics),
      os: server.os == null ? null : JSON.stringify(server.os),
    })
    .execute();
}

export async function readServer(db: Db | Tx, id: string): Promise<ServerRow> {
  const row = await db.selectFrom("server").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no server ${id}`);
  return rowOf(row);
}

/** By id, or by the name of the newest `seen` server that has it; `prefer`'s own before those of others. */
export async function findServer(
  db: Db | Tx,
  idOrName: string,
  { seen, prefer }: { readonly seen: RawBuilder<boolean>; readonly prefer: string | null },
): Promise<ServerRow | null> {
  const row = await db
    .selectFrom("server")
    .selectAll()
    .where(isUuid(idOrName) ? "id" : "name", "=", idOrName)
    .where(seen)
    .orderBy(sql`owner_id is not distinct from ${prefer}::uuid`, "desc")
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : rowOf(row);
}

export async function serversOf(db: Db | Tx, serviceId: string): Promise<ServerRow[]> {
  const rows = await db
    .selectFrom("server")
    .selectAll()
    .where("service_id", "=", serviceId)
    .orderBy("group_name")
    .orderBy("ordinal")
    .execute();
  return rows.map(rowOf);
}

/**
 * The only way a server's state changes. Asking for what already is so is success, as steps may run twice.
 * @throws AppError `conflict` when the event is not allowed in the present state.
 */
export async function moveServer(tx: Tx, id: string, event: ServerEvent): Promise<void> {
  const row = await tx
    .selectFrom("server")
    .select(["state", "name"])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no server ${id}`);
  const state = row.state as ServerState;
  const next = nextState(state, event);
  if (next === null) {
    if (targetsOf(event).includes(state)) return;
    throw new AppError("conflict", `server ${row.name} is ${state}: it can't ${event}`);
  }
  const power = next === "active" ? "on" : next === "retired" || next === "inactive" ? "off" : null;
  await tx
    .updateTable("server")
    .set((eb) => ({
      state: next,
      version: eb("version", "+", 1),
      ...(power === null ? {} : { power_wanted: power, power_observed: power, power_observed_at: new Date() }),
    }))
    .where("id", "=", id)
    .execute();
}

/** Where an event leads, from whatever state. */
function targetsOf(event: ServerEvent): ServerState[] {
  const states: ServerState[] = [
    "defined",
    "reserved",
    "provisioning",
    "active",
    "inactive",
    "retiring",
    "failed",
    "retired",
  ];
  return states.flatMap((state) => nextState(state, event) ?? []);
}

export async function sawPower(db: Db | Tx, id: string, observed: "on" | "off" | "unknown"): Promise<void> {
  await db
    .updateTable("server")
    .set({ power_observed: observed, power_observed_at: new Date() })
    .where("id", "=", id)
    .execute();
}

export interface DecisionRow {
  readonly subjectKind: "server" | "service" | "request";
  readonly subjectId: string;
  readonly kind: string;
  readonly chosen: string;
  readonly reasons: readonly { readonly candidate: string; readonly fits: boolean; readonly why: string }[];
}

/** Keeps an automatic decision with its reasons, for `berth why`. */
export async function recordDecision(tx: Tx, decision: DecisionRow): Promise<void> {
  await tx
    .insertInto("decision")
    .values({
      subject_kind: decision.subjectKind,
      subject_id: decision.subjectId,
      kind: decision.kind,
      chosen: decision.chosen,
      reasons: JSON.stringify(decision.reasons),
    })
    .execute();
}

export function rowOf(row: Selectable<ServerTable>): ServerRow {
  // The database checks kind and state; disks, nics and os are written by insertServer only.
  return row as unknown as ServerRow;
}

const SHOWN_SERVERS = 20;

/** Names of servers that an image is still needed for: to be installed, or because their disks lie over it. */
export async function serversOnImage(tx: Tx, imageId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom("server")
    .select("name")
    .where("image_id", "=", imageId)
    .where("state", "<>", "retired")
    .orderBy("name")
    .limit(SHOWN_SERVERS)
    .execute();
  return rows.map((row) => row.name);
}
