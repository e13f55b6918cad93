import { type Selectable, sql } from "kysely";
import { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { MachineTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { MachineState } from "./machine-rules.ts";

/** A network card as its management controller, or the system that booted on the machine, names it. */
export interface MachineNic {
  readonly id: string;
  readonly mac: string;
}

export interface MachineDisk {
  readonly id: string;
  readonly sizeBytes: number;
}

/** A machine as it is on record. */
export interface Machine extends Omit<Selectable<MachineTable>, "state" | "nics" | "disks"> {
  readonly state: MachineState;
  readonly nics: readonly MachineNic[];
  readonly disks: readonly MachineDisk[];
}

const Nics = z.array(z.object({ id: z.string(), mac: z.string() })).catch([]);
const Disks = z.array(z.object({ id: z.string(), sizeBytes: z.number() })).catch([]);
const Bridges = z.record(z.string(), z.string()).catch({});

export function machineOf(row: Selectable<MachineTable>): Machine {
  return {
    ...row,
    // The database checks the column against the states of the lifecycle.
    state: row.state as MachineState,
    nics: Nics.parse(row.nics ?? []),
    disks: Disks.parse(row.disks ?? []),
  };
}

export interface HostPlace {
  readonly id: string;
  readonly storagePool: string;
  /** Network name to the bridge on that host. */
  readonly bridges: Record<string, string>;
}

/** Where VMs of a host are put. `not_found` when there is no such host. */
export async function readHostPlace(tx: Db | Tx, hostId: string): Promise<HostPlace> {
  const row = await tx
    .selectFrom("host")
    .select(["id", "storage_pool", "bridges"])
    .where("id", "=", hostId)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no host ${hostId}`);
  return { id: row.id, storagePool: row.storage_pool, bridges: Bridges.parse(row.bridges) };
}

/** The network cards of a machine in their order. `not_found` when there is no such machine. */
export async function machineNics(tx: Db | Tx, machineId: string): Promise<{ id: string; nics: MachineNic[] }> {
  const row = await tx.selectFrom("machine").select(["id", "nics"]).where("id", "=", machineId).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no machine ${machineId}`);
  return { id: row.id, nics: Nics.parse(row.nics ?? []) };
}

export async function readMachine(tx: Db | Tx, id: string): Promise<Machine> {
  const row = await tx.selectFrom("machine").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no machine ${id}`);
  return machineOf(row);
}

/** The machine, which nobody else changes until the transaction ends. */
export async function lockMachine(tx: Tx, id: string): Promise<Machine> {
  const row = await tx.selectFrom("machine").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no machine ${id}`);
  return machineOf(row);
}

/** Whether a server's profile is on the machine. */
export async function wearsProfile(tx: Db | Tx, machineId: string): Promise<boolean> {
  const row = await tx.selectFrom("profile").select("id").where("machine_id", "=", machineId).executeTakeFirst();
  return row !== undefined;
}

/** What a machine shows of itself when it boots or is asked. */
export interface MachineMarks {
  readonly mac?: string | null;
  readonly uuid?: string | null;
  readonly serial?: string | null;
}

/** By a MAC it was ever seen with, or one that a server's profile gives it now. */
export async function machineByMac(tx: Db | Tx, mac: string): Promise<Machine | null> {
  const { rows } = await sql<Selectable<MachineTable>>`
    select m.* from machine m where m.id in (
      select machine_id from machine_mac where mac = ${mac}::macaddr
      union all
      select p.machine_id from profile p join profile_nic n on n.profile_id = p.id
        where n.mac = ${mac}::macaddr and p.machine_id is not null)
      and m.state <> 'retired'`.execute(tx);
  return only(rows);
}

/** By its own UUID or serial number, or by those that a server's profile gives it now. Two that share one are none. */
export async function machineByMark(tx: Db | Tx, mark: "uuid" | "serial", value: string): Promise<Machine | null> {
  const column = sql.ref(mark);
  const wanted = mark === "uuid" ? sql`${value}::uuid` : sql`${value}`;
  const { rows } = await sql<Selectable<MachineTable>>`
    select m.* from machine m
    where m.state <> 'retired' and (m.${column} = ${wanted}
      or m.id in (select p.machine_id from profile p where p.${column} = ${wanted} and p.machine_id is not null))
    limit 2`.execute(tx);
  return only(rows);
}

/** Several that answer to one mark are as good as none: guessing would boot the wrong one. */
function only(rows: readonly Selectable<MachineTable>[]): Machine | null {
  const [first, second] = rows;
  return first === undefined || second !== undefined ? null : machineOf(first);
}

/**
 * Notes that these MACs are the machine's. `from` says who names them: a management controller is believed, and a MAC
 * goes over to its machine; what a booting system says of itself takes nothing from another machine.
 */
export async function keepMacs(tx: Tx, machineId: string, macs: readonly string[], from: FactsSource): Promise<void> {
  if (macs.length === 0) return;
  const other = from === "controller" ? sql`update set machine_id = excluded.machine_id` : sql`nothing`;
  await sql`
    insert into machine_mac (mac, machine_id)
    select distinct m::macaddr, ${machineId}::uuid from unnest(${[...macs]}::text[]) m
    on conflict (mac) do ${other}`.execute(tx);
}

/** The MACs of a new machine. @throws AppError `conflict` when another one was enrolled with one of them meanwhile. */
export async function claimMacs(tx: Tx, machineId: string, macs: readonly string[]): Promise<void> {
  if (macs.length === 0) return;
  const { rows } = await sql<{ mac: string }>`
    insert into machine_mac (mac, machine_id)
    select distinct m::macaddr, ${machineId}::uuid from unnest(${[...macs]}::text[]) m
    on conflict (mac) do nothing returning mac::text as mac`.execute(tx);
  if (rows.length === new Set(macs).size) return;
  throw new AppError("conflict", "a machine with these MAC addresses was enrolled meanwhile");
}

/** Who says what a machine is: its management controller, or the service OS that booted on it. */
export type FactsSource = "controller" | "agent";

/** What was seen of a machine; absent and null mean "not said". */
export interface ObservedFacts {
  readonly manufacturer?: string | null;
  readonly model?: string | null;
  readonly serial?: string | null;
  readonly uuid?: string | null;
  readonly assetTag?: string | null;
  readonly firmware?: "bios" | "uefi" | null;
  readonly cores?: number | null;
  readonly memoryMiB?: number | null;
  readonly nics?: readonly MachineNic[] | null;
  readonly disks?: readonly MachineDisk[] | null;
  readonly health?: "ok" | "warning" | "critical" | "unknown" | null;
}

/** The server whose profile is on the machine, by name: for people, as servers stand above this room. */
export async function servedBy(tx: Db | Tx, machineId: string): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    select s.name from profile p join server s on s.id = p.server_id where p.machine_id = ${machineId}`.execute(tx);
  return rows[0]?.name ?? null;
}

export async function sawPower(db: Db | Tx, ids: readonly string[], observed: "on" | "off" | "unknown"): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable("machine")
    .set({ power_observed: observed, power_observed_at: new Date() })
    .where("id", "in", [...ids])
    .execute();
}
