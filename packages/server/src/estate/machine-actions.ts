import { randomUUID } from "node:crypto";
import { z } from "zod";
import { audit, changeOf } from "../audit/audit.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import type { Settings } from "../providers/settings-secrets.ts";
import { recordInspection, transitionMachine } from "./actions.ts";
import { asking } from "./backend-problem.ts";
import { changeSettings } from "./backend-settings.ts";
import { bayTaken, type EnrolDeps } from "./machine-enrol.ts";
import { lookAtMachine } from "./machine-look.ts";
import { type MachinePower, machinePower } from "./machine-power.ts";
import { nextState } from "./machine-rules.ts";
import { type MaintenanceWish, setMaintenance } from "./maintenance.ts";
import { checkVersion, placeOf, promisedTo } from "./places.ts";
import { lockMachine, type Machine, readMachine, sawPower, servedBy } from "./store.ts";

const LOOK_MS = 60_000;

export interface MachineChange {
  readonly enclosure?: string | null | undefined;
  readonly bay?: number | null | undefined;
  readonly settings?: Settings | undefined;
  readonly systemId?: string | undefined;
}

export async function machineIdOf(db: Db | Tx, idOrName: string): Promise<string> {
  const row = await db.selectFrom("machine").select("id").where(refColumn(idOrName), "=", idOrName).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no machine ${idOrName}`);
  return row.id;
}

export async function updateMachine(
  deps: EnrolDeps,
  actor: Actor,
  { id, ifMatch, change }: { readonly id: string; readonly ifMatch: number; readonly change: MachineChange },
): Promise<void> {
  await inTx(deps.db, async (tx) => {
    const machine = await lockMachine(tx, id);
    checkVersion(machine, ifMatch);
    const place = await placeAfter(tx, machine, change);
    const stored = change.settings === undefined ? {} : managedBy(deps, machine, change.settings);
    await tx
      .updateTable("machine")
      .set((eb) => ({
        ...place,
        ...stored,
        ...(change.systemId === undefined ? {} : { system_id: change.systemId }),
        version: eb("version", "+", 1),
      }))
      .where("id", "=", id)
      .execute()
      .catch((error: unknown) => {
        throw sqlState(error) === "23505" ? bayTaken(change) : error;
      });
    await audit(tx, {
      actor,
      action: "machine.update",
      object: { kind: "machine", id, name: machine.name },
      outcome: "done",
      ...changeOf(shownOf(machine), shownOf(await lockMachine(tx, id))),
      // A password that was given anew shows in no field.
      details: { changed: Object.keys(change) },
    });
  });
}

/** What of a machine is set by people, without its secrets. */
function shownOf({ enclosure_id, bay, system_id, settings }: Machine) {
  return { enclosureId: enclosure_id, bay, systemId: system_id, settings };
}

async function placeAfter(tx: Tx, machine: Machine, change: MachineChange) {
  if (change.enclosure === undefined && change.bay === undefined) return {};
  const enclosure = change.enclosure === undefined ? await enclosureName(tx, machine.enclosure_id) : change.enclosure;
  const bay = change.bay === undefined && change.enclosure !== null ? machine.bay : (change.bay ?? null);
  const place = await placeOf(tx, machine.site_id, { enclosure, bay });
  return { enclosure_id: place?.enclosureId ?? null, bay: place?.bay ?? null };
}

async function enclosureName(tx: Tx, id: string | null): Promise<string | null> {
  if (id === null) return null;
  return (await tx.selectFrom("enclosure").select("name").where("id", "=", id).executeTakeFirst())?.name ?? null;
}

const StoredSettings = z.record(z.string(), z.unknown());

function managedBy(deps: EnrolDeps, machine: Machine, settings: Settings) {
  if (machine.provider === null) {
    throw new AppError(
      "conflict",
      `machine ${machine.name} only booted here: delete it, and enrol it with its management controller`,
    );
  }
  const now = {
    provider: machine.provider,
    settings: StoredSettings.parse(machine.settings),
    secretsSealed: machine.secrets_sealed,
  };
  const next = changeSettings(deps, { kind: "machine", id: machine.id }, now, settings);
  return { settings: JSON.stringify(next.settings), secrets_sealed: next.secretsSealed };
}

/** Asks the management controller again what the machine is. Not of one that serves: it wears another identity. */
export async function inspectMachine(deps: EnrolDeps, actor: Actor, id: string, signal: AbortSignal): Promise<void> {
  const { name, state } = await readMachine(deps.db, id);
  if (nextState(state, "inspect") === null)
    throw new AppError("conflict", `machine ${name} is ${state}: it can't be inspected now`);
  const { provider, system } = await deps.providers.forMachine(id);
  const call = { signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) };
  const { facts, power } = await asking(`the management controller of ${name}`, () =>
    lookAtMachine(provider, system, call),
  );
  await inTx(deps.db, async (tx) => {
    await transitionMachine(tx, id, "inspect", "asked for", actor);
    await recordInspection(tx, id, facts, "controller");
    await sawPower(tx, [id], power);
  });
}

/** Keeps a machine from being used, or lets it be used again. Asking for what is so already changes nothing. */
export async function maintainMachine(db: Db, actor: Actor, id: string, wish: MaintenanceWish): Promise<void> {
  await inTx(db, async (tx) => {
    const { name, maintenance } = await lockMachine(tx, id);
    await setMaintenance(tx, actor, { kind: "machine", id, name, maintenance }, wish);
  });
}

/**
 * Starts switching a machine. One that serves is switched only by whoever names the server on it; one that the service
 * OS is at work on is left alone.
 */
export async function powerMachine(
  tx: Tx,
  deps: { readonly engine: Engine },
  actor: Actor,
  wish: { readonly id: string; readonly action: MachinePower["action"]; readonly server?: string | undefined },
): Promise<string> {
  const machine = await lockMachine(tx, wish.id);
  const { id, name, state } = machine;
  if (machine.provider === null)
    throw new AppError("conflict", `machine ${name} has no management controller on record`);
  if (state === "inspecting" || state === "cleaning" || state === "retired") {
    throw new AppError("conflict", `machine ${name} is ${state}: its power is not yours to switch now`);
  }
  const server = await servedBy(tx, id);
  if (server !== (wish.server ?? null)) {
    const fields = [
      { field: "server", message: server === null ? "no server is on this machine" : `${server} is on this machine` },
    ];
    const message =
      server === null ? `machine ${name} serves nobody` : `machine ${name} serves ${server}: name it, if that is meant`;
    throw new AppError("conflict", message, { fields });
  }
  const operationId = randomUUID();
  await deps.engine.start(tx, machinePower, {
    id: operationId,
    input: { machineId: id, action: wish.action },
    title: `Power ${wish.action}: ${name}`,
    subject: { kind: "machine", id },
    userId: actor.userId,
  });
  const details = { action: wish.action, server };
  await audit(tx, { actor, action: "machine.power", object: { kind: "machine", id, name }, outcome: "done", details });
  return operationId;
}

export async function retireMachine(db: Db, actor: Actor, id: string): Promise<void> {
  await inTx(db, async (tx) => {
    await checkFree(tx, await lockMachine(tx, id));
    await transitionMachine(tx, id, "retire", "asked for", actor);
  });
}

/** Forgets a machine. Where the records of past servers name it, it stays there under another name, without credentials. */
export async function deleteMachine(db: Db, actor: Actor, id: string): Promise<void> {
  try {
    await inTx(db, async (tx) => {
      const machine = await lockMachine(tx, id);
      await checkFree(tx, machine);
      await tx.deleteFrom("machine").where("id", "=", id).execute();
      await noteDeletion(tx, actor, machine);
    });
  } catch (error) {
    if (sqlState(error) !== "23503") throw error;
    await inTx(db, async (tx) => {
      const machine = await lockMachine(tx, id);
      await checkFree(tx, machine);
      await transitionMachine(tx, id, "retire", "deleted", actor);
      await tx.deleteFrom("machine_mac").where("machine_id", "=", id).execute();
      await tx.deleteFrom("resource_pool_machine").where("machine_id", "=", id).execute();
      await tx
        .updateTable("machine")
        .set({
          name: formerName(machine),
          provider: null,
          settings: null,
          secrets_sealed: null,
          enclosure_id: null,
          bay: null,
        })
        .where("id", "=", id)
        .execute();
      await noteDeletion(tx, actor, machine);
    });
  }
}

/** The name that something deleted keeps in the records, so that its own name is free again. */
export function formerName({ id, name }: { readonly id: string; readonly name: string }): string {
  return `${name.slice(0, 47)}-former-${id.slice(0, 8)}`;
}

async function noteDeletion(tx: Tx, actor: Actor, { id, name }: Machine): Promise<void> {
  await audit(tx, { actor, action: "machine.delete", object: { kind: "machine", id, name }, outcome: "done" });
}

async function checkFree(tx: Tx, { id, name, state }: Machine): Promise<void> {
  const holder = (await servedBy(tx, id)) ?? (await promisedTo(tx, "machine", id));
  if (holder !== null) throw new AppError("conflict", `machine ${name} is promised to server ${holder}`);
  if (state === "in-use" || state === "inspecting" || state === "cleaning") {
    throw new AppError("conflict", `machine ${name} is ${state}: wait until that is over`);
  }
}
