import { randomUUID } from "node:crypto";
import { audit, SYSTEM_ACTOR } from "../audit/audit.ts";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { planFacts } from "./facts-rules.ts";
import { isAlready, type MachineEvent, nextState } from "./machine-rules.ts";
import {
  type FactsSource,
  keepMacs,
  lockMachine,
  type Machine,
  type MachineMarks,
  machineByMac,
  machineByMark,
  machineOf,
  type ObservedFacts,
  wearsProfile,
} from "./store.ts";

type Who = Pick<Actor, "userId" | "name">;

/**
 * The only way a machine's state changes: row, event and audit row in one transaction. Asking for what already is so
 * is success. `reason` is kept for `failed` and shown with it.
 * @throws AppError `conflict` where the lifecycle does not allow it, or a machine in maintenance is to be used.
 */
export async function transitionMachine(
  tx: Tx,
  id: string,
  event: MachineEvent,
  reason: string,
  actor: Who = SYSTEM_ACTOR,
): Promise<void> {
  const machine = await lockMachine(tx, id);
  const next = nextState(machine.state, event);
  if (next === null) {
    if (isAlready(machine.state, event)) return;
    throw new AppError("conflict", `machine ${machine.name} is ${machine.state}: it can't ${event} now`);
  }
  if (next === machine.state) return;
  if (event === "occupy" && machine.maintenance) {
    throw new AppError("conflict", `machine ${machine.name} is in maintenance: ${machine.maintenance_reason ?? ""}`);
  }
  // The undo of an occupation that failed because another server was there must not give that server's machine away.
  if (event === "release" && (await wearsProfile(tx, id))) return;
  await tx
    .updateTable("machine")
    .set((eb) => ({ state: next, state_reason: next === "failed" ? reason : null, version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
  await noteChange(tx, { machine, event, from: machine.state, to: next, reason, actor });
}

async function noteChange(
  tx: Tx,
  change: { machine: Machine; event: MachineEvent; from: string; to: string; reason: string; actor: Who },
): Promise<void> {
  const { machine, event, from, to, reason, actor } = change;
  await tx
    .insertInto("event")
    .values({
      subject_kind: "machine",
      subject_id: machine.id,
      kind: `machine.${to}`,
      user_id: actor.userId,
      data: JSON.stringify({ name: machine.name, from, to, reason }),
    })
    .execute();
  await audit(tx, {
    actor,
    action: `machine.${event}`,
    object: { kind: "machine", id: machine.id, name: machine.name },
    outcome: "done",
    details: { from, to, reason },
  });
}

/** The machine that shows these marks, the surest first; null for a stranger. */
export async function findMachineByFacts(tx: Tx, marks: MachineMarks): Promise<Machine | null> {
  if (marks.mac) {
    const machine = await machineByMac(tx, marks.mac.toLowerCase());
    if (machine !== null) return machine;
  }
  if (marks.uuid && UUID.test(marks.uuid)) {
    const machine = await machineByMark(tx, "uuid", marks.uuid.toLowerCase());
    if (machine !== null) return machine;
  }
  return marks.serial ? await machineByMark(tx, "serial", marks.serial) : null;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface UnknownMachine extends ObservedFacts {
  readonly siteId: string;
  readonly mac: string;
}

/** A record for a machine that booted and nobody knows. It has no management controller, so it serves nobody yet. */
export async function enrolUnknown(tx: Tx, seen: UnknownMachine): Promise<Machine> {
  const id = randomUUID();
  const mac = seen.mac.toLowerCase();
  // Named by its MAC, which is unique: two boots of it at once make one record.
  const name = `unknown-${mac.replaceAll(":", "")}`;
  const added = await tx
    .insertInto("machine")
    .values({ id, name, site_id: seen.siteId, state: "enrolled" })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (added === undefined) {
    return machineOf(await tx.selectFrom("machine").selectAll().where("name", "=", name).executeTakeFirstOrThrow());
  }
  await keepMacs(tx, id, [mac], "agent");
  await audit(tx, {
    actor: SYSTEM_ACTOR,
    action: "machine.enrol",
    object: { kind: "machine", id, name },
    outcome: "done",
  });
  return await recordInspection(tx, id, seen);
}

/**
 * Writes down what was seen of a machine. `from` says who saw it: `agent` for the service OS on it, `controller` for
 * its management controller. A machine that was being inspected is `available` after it.
 */
export async function recordInspection(
  tx: Tx,
  machineId: string,
  seen: ObservedFacts,
  from: FactsSource = "agent",
): Promise<Machine> {
  const machine = await lockMachine(tx, machineId);
  const change = planFacts(machine, seen, from);
  await keepMacs(
    tx,
    machineId,
    (seen.nics ?? []).map((nic) => nic.mac),
    from,
  );
  const row = await tx
    .updateTable("machine")
    .set((eb) => ({ ...change, inspected_at: new Date(), version: eb("version", "+", 1) }))
    .where("id", "=", machineId)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (machine.state !== "inspecting") return machineOf(row);
  await transitionMachine(tx, machineId, "inspected", "inspected");
  return await lockMachine(tx, machineId);
}
