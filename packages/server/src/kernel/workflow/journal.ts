import { sql } from "kysely";
import { type Db, inTx, type Tx } from "../db/db.ts";
import { AppError } from "../errors.ts";
import { ENDED, type EndState, isEnded, stands, type TurnReason } from "./operation-rules.ts";

/**
 * The journal of operations. Whoever claimed a run last is its runner, and only the runner can write: every write
 * takes the operation's row and checks it, so a controller that was stopped and woken again changes nothing.
 */

export interface ClaimedOperation {
  readonly id: string;
  readonly runner: string;
  readonly parentId: string | null;
  readonly rootId: string;
  readonly workflow: string;
  readonly title: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly userId: string | null;
  readonly input: unknown;
  readonly phase: "forward" | "backward";
  readonly turnedBy: TurnReason | null;
  readonly cancelReason: string | null;
  readonly error: string | null;
}

export type EntryKind = "effect" | "db" | "children" | "wait" | "time";

export interface Entry {
  readonly position: number;
  readonly name: string;
  readonly kind: EntryKind;
  readonly state: "running" | "done" | "failed" | "undoing" | "undone" | "undo-failed" | "kept";
  readonly input: unknown;
  readonly output: unknown;
}

export interface EntryKey {
  readonly position: number;
  readonly name: string;
  readonly kind: EntryKind;
  readonly input: unknown;
}

/** Queues one run of an operation within the transaction. */
export type Dispatch = (tx: Tx, operationId: string, run: number) => Promise<void>;

/** Another runner has taken the operation over, or it is no longer to be run: stop, and write nothing. */
export class RunLost extends Error {
  override readonly name = "RunLost";
}

/** The operation's cancel flag is set. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** What goes into the journal is what comes out of it: plain JSON, on the first pass too. */
export function plain<T>(value: T): T {
  return JSON.parse(json(value)) as T;
}

/** The counts of rows that a statement returns are bigints, which JSON does not know. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, item: unknown) => (typeof item === "bigint" ? Number(item) : item));
}

/** Takes up a run; null when it is an old one, or the operation has ended or waits. */
export async function claim(db: Db, id: string, run: number, runner: string): Promise<ClaimedOperation | null> {
  const row = await db
    .updateTable("operation")
    .set({
      runner,
      state: sql`case when phase = 'backward' then 'unwinding' else 'running' end`,
      started_at: sql`coalesce(started_at, now())`,
      waits_for: null,
    })
    .where("id", "=", id)
    .where("run", "=", run)
    .where("state", "in", ["queued", "running", "unwinding"])
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    runner,
    parentId: row.parent_id,
    rootId: row.root_id,
    workflow: row.workflow,
    title: row.title,
    subject: { kind: row.subject_kind, id: row.subject_id },
    userId: row.user_id,
    input: row.input,
    // The checks of these columns allow nothing else.
    phase: row.phase as "forward" | "backward",
    turnedBy: row.turned_by as TurnReason | null,
    cancelReason: row.cancel_reason,
    error: row.error,
  };
}

export async function readEntries(db: Db, id: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom("operation_step")
    .selectAll()
    .where("operation_id", "=", id)
    .orderBy("position")
    .execute();
  return rows.map((row) => ({
    position: row.position,
    name: row.name,
    kind: row.kind as EntryKind,
    state: row.state as Entry["state"],
    input: row.input,
    output: row.output,
  }));
}

/** Locks the operation for its runner. @throws RunLost, or Cancelled when `heed` is set and the flag is too. */
export async function fence(tx: Tx, op: ClaimedOperation, heed: "cancel" | "nothing" = "nothing"): Promise<void> {
  const row = await tx
    .selectFrom("operation")
    .select("cancel_reason")
    .where("id", "=", op.id)
    .where("runner", "=", op.runner)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new RunLost(`operation ${op.id} is run by another`);
  if (heed === "cancel" && row.cancel_reason !== null) throw new Cancelled(row.cancel_reason);
}

/** Writes the entry before its effect, in one round trip: from here on it may have happened. */
export async function beginEntry(db: Db, op: ClaimedOperation, entry: EntryKey): Promise<void> {
  const result = await sql<{ owned: boolean; cancelled: string | null }>`
    with op as (
      select id, cancel_reason from operation where id = ${op.id} and runner = ${op.runner} for no key update
    ), entry as (
      insert into operation_step (operation_id, position, name, kind, state, input)
      select id, ${entry.position}::int, ${entry.name}::text, ${entry.kind}::text, 'running', ${json(entry.input)}::jsonb
      from op where cancel_reason is null
      on conflict (operation_id, position) do update
      set state = 'running', attempt = 1, percent = null, note = null, error = null, ended_at = null
    )
    select exists (select from op) as owned, (select cancel_reason from op) as cancelled`.execute(db);
  const row = result.rows[0];
  if (row === undefined || !row.owned) throw new RunLost(`operation ${op.id} is run by another`);
  if (row.cancelled !== null) throw new Cancelled(row.cancelled);
}

/** Ends an entry in one round trip. */
export async function settleEntry(
  db: Db | Tx,
  op: ClaimedOperation,
  position: number,
  end: { state: Entry["state"]; output?: unknown; error?: string | null },
): Promise<void> {
  const isUndo = end.state === "undone" || end.state === "kept";
  const result = await sql`
    with op as (select id from operation where id = ${op.id} and runner = ${op.runner} for no key update)
    update operation_step s set state = ${end.state},
      output = case when ${end.output === undefined} then s.output else ${json(end.output)}::jsonb end,
      error = ${end.error ?? null}::text,
      percent = case when ${end.state} = 'done' and s.percent is not null then 100 else s.percent end,
      ended_at = case when ${end.state} in ('done', 'failed') then now() else s.ended_at end,
      undone_at = case when ${isUndo} then now() else s.undone_at end
    from op where s.operation_id = op.id and s.position = ${position}::int`.execute(db);
  if (result.numAffectedRows !== 1n) throw new RunLost(`operation ${op.id} is run by another`);
}

/** Writes a finished entry within a transaction that has called `fence`. */
export async function putDone(tx: Tx, op: ClaimedOperation, entry: EntryKey, output: unknown): Promise<void> {
  await tx
    .insertInto("operation_step")
    .values({ operation_id: op.id, ...key(entry), state: "done", output: json(output), ended_at: sql`now()` })
    .onConflict((c) =>
      c
        .columns(["operation_id", "position"])
        .doUpdateSet({ state: "done", output: json(output), error: null, ended_at: sql`now()` }),
    )
    .execute();
}

/** Notes that a step failed. Of a db step nothing remains but this. */
export async function putFailed(db: Db, op: ClaimedOperation, entry: EntryKey, words: string): Promise<void> {
  await inTx(db, async (tx) => {
    await fence(tx, op);
    await tx
      .insertInto("operation_step")
      .values({ operation_id: op.id, ...key(entry), state: "failed", error: words, ended_at: sql`now()` })
      .onConflict((c) =>
        c.columns(["operation_id", "position"]).doUpdateSet({ state: "failed", error: words, ended_at: sql`now()` }),
      )
      .execute();
  });
}

function key(entry: EntryKey): { position: number; name: string; kind: string; input: string } {
  return { position: entry.position, name: entry.name, kind: entry.kind, input: json(entry.input) };
}

type Wait =
  | { readonly kind: "message"; readonly topic: string; readonly until: Date | null; readonly what: string }
  | { readonly kind: "time"; readonly until: Date; readonly what: string }
  | { readonly kind: "children"; readonly what: string };

/** Lays the operation down until what it waits for has come. The runner lets go of it in the same write. */
export async function lieDown(tx: Tx, op: ClaimedOperation, wait: Wait): Promise<void> {
  await tx
    .updateTable("operation")
    .set({
      state: sql`case when phase = 'backward' then 'unwinding' else 'waiting' end`,
      waits_for: wait.what,
      wait_kind: wait.kind,
      wait_topic: wait.kind === "message" ? wait.topic : null,
      wake_at: wait.kind === "children" ? null : wait.until,
      runner: null,
    })
    .where("id", "=", op.id)
    .where("runner", "=", op.runner)
    .execute();
}

/** Stops for a person: `parked` on the way forward, `stuck` on the way back. */
export async function stopForPerson(
  db: Db,
  op: ClaimedOperation,
  state: "parked" | "stuck",
  words: string,
): Promise<void> {
  await inTx(db, async (tx) => {
    await fence(tx, op);
    await tx
      .updateTable("operation")
      .set({ state, error: words, waits_for: "an operator", wait_kind: null, wake_at: null, runner: null })
      .where("id", "=", op.id)
      .execute();
  });
}

/** From here on it only goes back. */
export async function turnBack(
  db: Db,
  op: ClaimedOperation,
  reason: TurnReason,
  words: string | null,
): Promise<ClaimedOperation> {
  await inTx(db, async (tx) => {
    await fence(tx, op);
    await tx
      .updateTable("operation")
      .set({ phase: "backward", state: "unwinding", turned_by: reason, error: words, waits_for: null })
      .where("id", "=", op.id)
      .execute();
  });
  return { ...op, phase: "backward", turnedBy: reason, error: words };
}

/** Takes an operation that lies down up again, as a new run. */
export async function wake(tx: Tx, dispatch: Dispatch, id: string): Promise<void> {
  const row = await tx
    .updateTable("operation")
    .set({
      run: sql`run + 1`,
      state: sql`case when phase = 'backward' then 'unwinding' else 'queued' end`,
      waits_for: null,
      wait_kind: null,
      wait_topic: null,
      wake_at: null,
      runner: null,
    })
    .where("id", "=", id)
    .returning("run")
    .executeTakeFirstOrThrow();
  await dispatch(tx, id, row.run);
}

/** Ends an operation, and wakes the parent when this was the last of its children that it waits for. */
export async function finish(
  db: Db,
  dispatch: Dispatch,
  op: ClaimedOperation,
  state: EndState,
  output: unknown,
): Promise<void> {
  await inTx(db, async (tx) => {
    // The parent first: two last children would otherwise each believe that the other still runs.
    if (op.parentId !== null) await lock(tx, op.parentId);
    await fence(tx, op);
    await end(tx, op.id, state, output);
    if (op.parentId !== null) await wakeParent(tx, dispatch, op.parentId);
  });
}

export async function end(tx: Tx, id: string, state: EndState, output: unknown): Promise<void> {
  await tx
    .updateTable("operation")
    .set({
      state,
      output: json(output),
      ended_at: sql`now()`,
      waits_for: null,
      wait_kind: null,
      wake_at: null,
      runner: null,
    })
    .where("id", "=", id)
    .execute();
}

export async function lock(tx: Tx, id: string): Promise<void> {
  await tx.selectFrom("operation").select("id").where("id", "=", id).forNoKeyUpdate().execute();
}

export async function wakeParent(tx: Tx, dispatch: Dispatch, parentId: string): Promise<void> {
  const parent = await tx
    .selectFrom("operation")
    .select(["wait_kind", "state"])
    .where("id", "=", parentId)
    .executeTakeFirstOrThrow();
  if (parent.wait_kind !== "children") return;
  // One that still runs is enough: hundreds of children, each reading all the others, would be slow.
  const open = await tx
    .selectFrom("operation")
    .select("id")
    .where("parent_id", "=", parentId)
    .where("state", "not in", [...ENDED])
    .limit(1)
    .executeTakeFirst();
  if (open === undefined) await wake(tx, dispatch, parentId);
}

export interface NewOperation {
  readonly id: string;
  readonly parentId: string | null;
  readonly rootId: string;
  readonly workflow: string;
  readonly title: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly userId: string | null;
  readonly input: unknown;
}

/** Makes and queues an operation. One with this id that is there already stays as it is: then false. */
export async function insertOperation(tx: Tx, dispatch: Dispatch, op: NewOperation): Promise<boolean> {
  const row = await tx
    .insertInto("operation")
    .values({
      id: op.id,
      parent_id: op.parentId,
      root_id: op.rootId,
      workflow: op.workflow,
      title: op.title,
      subject_kind: op.subject.kind,
      subject_id: op.subject.id,
      user_id: op.userId,
      input: json(op.input),
    })
    .onConflict((c) => c.column("id").doNothing())
    .returning("run")
    .executeTakeFirst();
  if (row === undefined) return false;
  await dispatch(tx, op.id, row.run);
  return true;
}

/** Starts the children of an entry; one that ended with nothing left of it starts anew, all others go on or stay. */
export async function ensureChild(tx: Tx, dispatch: Dispatch, child: NewOperation): Promise<void> {
  if (await insertOperation(tx, dispatch, child)) return;
  const known = await tx
    .selectFrom("operation")
    .select(["state", "parent_id"])
    .where("id", "=", child.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  if (known.parent_id !== child.parentId) throw new AppError("internal", "a child's id belongs to another operation");
  if (!isEnded(known.state) || stands(known.state)) return;
  await tx.deleteFrom("operation_step").where("operation_id", "=", child.id).execute();
  await tx
    .updateTable("operation")
    .set({
      phase: "forward",
      turned_by: null,
      error: null,
      cancel_reason: null,
      ended_at: null,
      output: null,
      input: json(child.input),
    })
    .where("id", "=", child.id)
    .execute();
  await wake(tx, dispatch, child.id);
}
