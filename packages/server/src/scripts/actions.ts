import { randomUUID } from "node:crypto";
import { audit } from "../audit/audit.ts";
import { demand } from "../identity/grants.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { nextRun, type Repeat } from "./schedule-rules.ts";
import { isSeen, scriptVerbs } from "./script-rules.ts";
import { scriptRun } from "./script-run.ts";
import { findScript, type ScriptRow, textOf } from "./store.ts";

/** @throws AppError `not_found`, also for one of somebody else's that is not shared. */
export async function seenScript(db: Db | Tx, actor: Actor, name: string): Promise<ScriptRow> {
  const row = await findScript(db, name);
  if (row === null || !isSeen(actor, row)) throw new AppError("not_found", `You see no script ${name}.`);
  return row;
}

/** As `seenScript`, for one that the caller may change. @throws AppError `forbidden` with the reason. */
async function changeableScript(tx: Tx, actor: Actor, name: string, verb: string): Promise<ScriptRow> {
  const row = await seenScript(tx, actor, name);
  await tx.selectFrom("script").select("id").where("id", "=", row.id).forUpdate().execute();
  const reason = scriptVerbs(actor, row).refused[verb];
  if (reason !== undefined) throw new AppError("forbidden", `You may not ${verb} ${row.name}.`, { reasons: [reason] });
  // Read again behind the lock: another may have saved in between.
  return seenScript(tx, actor, name);
}

export interface ScriptWish {
  readonly text: string;
  readonly notes?: string | undefined;
  readonly shared?: boolean | undefined;
  readonly basedOn?: number | undefined;
}

/** Makes a script, or its next version where the text is another one. */
export async function saveScript(db: Db, actor: Actor, name: string, wish: ScriptWish): Promise<ScriptRow> {
  return inTx(db, async (tx) => {
    const made = await tx
      .insertInto("script")
      .values({ id: randomUUID(), name, owner_id: actor.userId ?? "", latest: 1 })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    const row = made === undefined ? await ownByName(tx, actor, name) : await seenScript(tx, actor, name);
    if (made === undefined) refuseOlder(row, wish);
    const before = made === undefined ? await textOf(tx, row.id, row.latest) : null;
    const isNewText = before !== wish.text;
    const latest = made === undefined && isNewText ? row.latest + 1 : row.latest;
    if (isNewText) {
      await tx
        .insertInto("script_version")
        .values({ id: randomUUID(), script_id: row.id, version: latest, text: wish.text, user_id: actor.userId ?? "" })
        .execute();
    }
    await tx
      .updateTable("script")
      .set({ latest, notes: wish.notes ?? row.notes, shared: wish.shared ?? row.shared })
      .where("id", "=", row.id)
      .execute();
    const details = { version: latest, shared: wish.shared ?? row.shared };
    await audit(tx, { actor, action: "script.save", object: objectOf(row), outcome: "done", details });
    return seenScript(tx, actor, name);
  });
}

/** The name of a script that one doesn't see is taken all the same; that much must be said. */
async function ownByName(tx: Tx, actor: Actor, name: string): Promise<ScriptRow> {
  const row = await findScript(tx, name);
  if (row !== null && !isSeen(actor, row)) {
    const fields = [{ field: "name", message: "is taken by somebody else's script" }];
    throw new AppError("conflict", `There is a script ${name} already. Choose another name.`, { fields });
  }
  return changeableScript(tx, actor, name, "save");
}

function refuseOlder(row: ScriptRow, { basedOn }: ScriptWish): void {
  if (basedOn === undefined || basedOn === row.latest) return;
  const message = `${row.name} has a version ${row.latest} by now, and yours was made from ${basedOn}. Look at what changed, and save again.`;
  throw new AppError("conflict", message, { fields: [{ field: "basedOn", message: `the newest is ${row.latest}` }] });
}

export async function deleteScript(db: Db, actor: Actor, name: string): Promise<void> {
  await inTx(db, async (tx) => {
    const row = await changeableScript(tx, actor, name, "delete");
    await tx.deleteFrom("script").where("id", "=", row.id).execute();
    await audit(tx, { actor, action: "script.delete", object: objectOf(row), outcome: "done" });
  });
}

export interface RunWish {
  readonly script: Pick<ScriptRow, "id" | "name">;
  readonly version: number;
  readonly operationId: string;
  readonly userId: string;
}

/** Starts a run; the same operation id again is the same run. */
export async function startRun(tx: Tx, engine: Engine, { script, version, operationId, userId }: RunWish) {
  const made = await tx
    .insertInto("script_run")
    .values({ operation_id: operationId, script_id: script.id, version, user_id: userId })
    .onConflict((conflict) => conflict.column("operation_id").doNothing())
    .returning("operation_id")
    .executeTakeFirst();
  if (made === undefined) return;
  await engine.start(tx, scriptRun, {
    id: operationId,
    input: { operationId, script: script.name, version },
    title: `script ${script.name}@${version}`,
    subject: { kind: "script", id: script.id },
    userId,
  });
}

export async function runScript(
  tx: Tx,
  engine: Engine,
  actor: Actor,
  asked: { readonly name: string; readonly version?: number | undefined },
): Promise<{ operationId: string }> {
  const row = await seenScript(tx, actor, asked.name);
  demand(actor, "operate", {}, "run scripts on the controller");
  const version = asked.version ?? row.latest;
  if ((await textOf(tx, row.id, version)) === null) {
    const fields = [{ field: "version", message: `the newest is ${row.latest}` }];
    throw new AppError("invalid_request", `${row.name} has no version ${version}.`, { fields });
  }
  const operationId = randomUUID();
  await startRun(tx, engine, { script: row, version, operationId, userId: actor.userId ?? "" });
  await audit(tx, { actor, action: "script.run", object: objectOf(row), outcome: "done", details: { version } });
  return { operationId };
}

export async function scheduleScript(
  db: Db,
  actor: Actor,
  name: string,
  wish: { readonly startsAt: Date; readonly repeat: Repeat },
): Promise<ScriptRow> {
  return inTx(db, async (tx) => {
    const row = await changeableScript(tx, actor, name, "schedule");
    const next = nextRun(wish, new Date());
    if (next === null) {
      const fields = [{ field: "startsAt", message: "must be in the future where nothing is repeated" }];
      throw new AppError("invalid_request", `${row.name} would never run.`, { fields });
    }
    const values = { user_id: actor.userId ?? "", starts_at: wish.startsAt, repeat: wish.repeat, next_at: next };
    await tx
      .insertInto("script_schedule")
      .values({ script_id: row.id, ...values })
      .onConflict((conflict) => conflict.column("script_id").doUpdateSet(values))
      .execute();
    const details = { startsAt: wish.startsAt, repeat: wish.repeat };
    await audit(tx, { actor, action: "script.schedule", object: objectOf(row), outcome: "done", details });
    return seenScript(tx, actor, name);
  });
}

export async function unscheduleScript(db: Db, actor: Actor, name: string): Promise<void> {
  await inTx(db, async (tx) => {
    const row = await changeableScript(tx, actor, name, "schedule");
    await tx.deleteFrom("script_schedule").where("script_id", "=", row.id).execute();
    await audit(tx, { actor, action: "script.unschedule", object: objectOf(row), outcome: "done" });
  });
}

function objectOf(row: Pick<ScriptRow, "id" | "name">) {
  return { kind: "script", id: row.id, name: row.name };
}
