import { sql } from "kysely";
import { type Db, inTx } from "../db/db.ts";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import {
  beginEntry,
  Cancelled,
  type ClaimedOperation,
  claim,
  type Dispatch,
  type Entry,
  type EntryKey,
  ensureChild,
  fence,
  finish,
  lieDown,
  plain,
  putDone,
  putFailed,
  RunLost,
  readEntries,
  stopForPerson,
  turnBack,
} from "./journal.ts";
import type { Lease } from "./lease.ts";
import { failureWords, isEnded, stands } from "./operation-rules.ts";
import { runStep, StepFailed } from "./run-step.ts";
import { unwind } from "./unwind.ts";
import type { Child, Step, Wf, Workflow } from "./workflow.ts";

/**
 * Runs one run of an operation: from the journal as far as it goes, then on. A run ends when the operation ends, when
 * it waits (for a message, a time, its children, a person), or when it is lost to another controller.
 */

/** A named point of a step; tests break things here. */
export interface Moment {
  readonly operationId: string;
  readonly workflow: string;
  readonly step: string;
  readonly point: "before" | "after-effect" | "after-record";
  readonly direction: "forward" | "backward";
}

// biome-ignore lint/suspicious/noExplicitAny: workflows of different types stand in one map
export type AnyWorkflow = Workflow<any, any, any>;

export interface Registered {
  readonly workflow: AnyWorkflow;
  readonly deps: object;
}

/** What runs need; the engine makes it, and so does `exerciseWorkflow`. */
export interface Runtime {
  readonly db: Db;
  readonly log: Log;
  readonly lease: Lease;
  readonly dispatch: Dispatch;
  readonly registered: ReadonlyMap<string, Registered>;
  /** Who writes: another for each claim. */
  nextRunner(): string;
  /** What `wf.now` says; the computer's clock when absent. */
  now?(): Date;
  /** A named point has been reached; tests kill themselves here. */
  onMoment?(moment: Moment): void | Promise<void>;
  onStep?(name: string, outcome: "done" | "failed" | "undone" | "undo-failed", seconds: number): void;
}

/** How the forward part of a run came to its end. */
type Halt =
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "cancelled"; readonly reason: string }
  | { readonly kind: "lies-down" }
  | { readonly kind: "lost" };

/** @throws only what is not the workflow's: the database is away, for instance. Then the same run is to be tried again. */
export async function runOperation(rt: Runtime, operationId: string, run: number): Promise<void> {
  const op = await claim(rt.db, operationId, run, rt.nextRunner());
  if (op === null) return;
  try {
    const known = rt.registered.get(op.workflow);
    if (known === undefined) {
      rt.log.error("workflow is not known to this controller", { operationId, workflow: op.workflow });
      await stopForPerson(
        rt.db,
        op,
        op.phase === "backward" ? "stuck" : "parked",
        `this controller does not know ${op.workflow}`,
      );
      return;
    }
    if (op.phase === "backward") await unwind(rt, op, known);
    else await goForward(rt, op, known);
  } catch (error) {
    if (error instanceof RunLost) rt.log.info("run was lost to another", { operationId, run });
    else throw error;
  }
}

async function goForward(rt: Runtime, op: ClaimedOperation, known: Registered): Promise<void> {
  const halt = await runBody(rt, op, known);
  switch (halt.kind) {
    case "done":
      await finish(rt.db, rt.dispatch, op, "done", halt.output);
      return;
    case "cancelled":
      await unwind(rt, await turnBack(rt.db, op, "cancel", halt.reason), known);
      return;
    case "failed":
      await fail(rt, op, known, halt.error);
      return;
    case "lies-down":
    case "lost":
      return;
  }
}

async function fail(rt: Runtime, op: ClaimedOperation, known: Registered, error: unknown): Promise<void> {
  const words = failureWords(error);
  const log = words === "internal error" ? rt.log.error : rt.log.warn;
  log("operation failed", { operationId: op.id, workflow: op.workflow, error });
  const { onFailure } = known.workflow;
  const policy = typeof onFailure === "function" ? onFailure(op.input, error) : onFailure;
  if (policy === "park") await stopForPerson(rt.db, op, "parked", words);
  else await unwind(rt, await turnBack(rt.db, op, "failure", words), known);
}

/**
 * Calls the workflow's `run`. A method of Wf that halts the run never returns into it: the promise stays open and is
 * collected with it. So a workflow can neither catch its step's failure nor go on after it.
 */
async function runBody(rt: Runtime, op: ClaimedOperation, known: Registered): Promise<Halt> {
  const halted = Promise.withResolvers<Halt>();
  const wf = createWf(rt, op, known, await readEntries(rt.db, op.id), halted);
  known.workflow.run(wf, op.input).then(
    (output) => halted.resolve({ kind: "done", output }),
    (error: unknown) => halted.resolve({ kind: "failed", error }),
  );
  return halted.promise;
}

function createWf(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  journal: readonly Entry[],
  halted: PromiseWithResolvers<Halt>,
): Wf<never> {
  const entries = new Map(journal.map((entry) => [entry.position, entry]));
  let position = 0;
  let busy: string | null = null;

  /** Gives the call its place, answers from the journal, else does it. */
  async function at<T>(key: Omit<EntryKey, "position">, go: Go<T>): Promise<T> {
    if (busy !== null)
      throw new Error(`${key.name} was called while ${busy} was running: use wf.all for parallel work`);
    busy = key.name;
    position += 1;
    const entry: EntryKey = { ...key, position, input: plain(key.input) };
    const recorded = entries.get(position);
    try {
      if (recorded !== undefined && (recorded.name !== entry.name || recorded.kind !== entry.kind)) {
        throw new AppError("internal", "the workflow was changed while it was running", {
          facts: { recorded: recorded.name, called: entry.name, position },
        });
      }
      // The journal holds what the same call returned before.
      if (recorded?.state === "done") return recorded.output as T;
      const result = await go(entry, recorded?.state ?? null);
      if (result !== HALTED) return result;
    } catch (error) {
      halted.resolve(haltOf(error, halted));
    } finally {
      busy = null;
    }
    return new Promise<never>(() => undefined);
  }

  const lieDownIn = async (wait: Parameters<typeof lieDown>[2], check: Parameters<typeof inTx<unknown>>[1]) => {
    const result = await inTx(rt.db, async (tx) => {
      await fence(tx, op);
      const found = await check(tx);
      if (found !== HALTED) return found;
      // The flag counts only while waiting: what has come already is taken first.
      await fence(tx, op, "cancel");
      await lieDown(tx, op, wait);
      return HALTED;
    });
    if (result === HALTED) halted.resolve({ kind: "lies-down" });
    return result;
  };

  return {
    id: op.id,
    do: <I, O>(step: Step<never, I, O>, input: I) =>
      at<O>({ name: step.name, kind: step.kind, input }, (entry) =>
        runStep(rt, op, known, step as Step<object, I, O>, entry),
      ),

    all: <O>(children: readonly Child<O>[]) =>
      at<O[]>(
        { name: "children", kind: "children", input: children.map((c) => ({ id: c.id, title: c.title })) },
        async (entry, recorded) => {
          // Running: they were started by an earlier run, and what has failed since is not to be started anew.
          if (recorded !== "running") await startChildren(rt, op, entry, children);
          const outcome = await lieDownIn({ kind: "children", what: `${children.length} parts` }, async (tx) => {
            const rows = await tx
              .selectFrom("operation")
              .select(["id", "state", "output", "title", "error"])
              .where("id", "in", children.length === 0 ? [""] : children.map((c) => c.id))
              .execute();
            if (rows.some((row) => !isEnded(row.state))) return HALTED;
            const failed = rows.find((row) => !stands(row.state));
            if (failed !== undefined) await fence(tx, op, "cancel");
            if (failed !== undefined) return { failed: `${failed.title}: ${failed.error ?? failed.state}` };
            const outputs = new Map(rows.map((row) => [row.id, row.output]));
            const list = children.map((c) => outputs.get(c.id));
            await putDone(tx, op, entry, list);
            return { list };
          });
          if (outcome === HALTED) return HALTED;
          const ended = outcome as { failed: string } | { list: O[] };
          if ("list" in ended) return ended.list;
          await putFailed(rt.db, op, entry, ended.failed);
          throw new AppError("unavailable", ended.failed);
        },
      ),

    waitUntil: (until: Date, what: string) =>
      at<void>({ name: what, kind: "wait", input: { until } }, async (entry) => {
        const result = await lieDownIn({ kind: "time", until, what }, async (tx) => {
          const now = await sql<{ come: boolean }>`select now() >= ${until} as come`.execute(tx);
          if (now.rows[0]?.come !== true) return HALTED;
          await putDone(tx, op, entry, null);
        });
        return result === HALTED ? HALTED : undefined;
      }),

    waitFor: <T>(topic: string, options: { what: string; until?: Date }) =>
      at<T | null>(
        { name: options.what, kind: "wait", input: { topic, until: options.until ?? null } },
        async (entry) => {
          const until = options.until ?? null;
          const result = await lieDownIn({ kind: "message", topic, until, what: options.what }, async (tx) => {
            const message = await sql<{ body: T }>`
            update operation_message set taken_at = now() where id = (
              select id from operation_message where operation_id = ${op.id} and topic = ${topic} and taken_at is null
              order by id limit 1) returning body`.execute(tx);
            const body = message.rows[0]?.body ?? null;
            const late = await sql<{ late: boolean }>`select now() >= ${until}::timestamptz as late`.execute(tx);
            if (message.rows.length === 0 && late.rows[0]?.late !== true) return HALTED;
            await putDone(tx, op, entry, body);
            return body;
          });
          return result === HALTED ? HALTED : (result as T | null);
        },
      ),

    now: async () => {
      const text = await at<string>({ name: "now", kind: "time", input: null }, (entry) =>
        inTx(rt.db, async (tx) => {
          await fence(tx, op, "cancel");
          const now = (rt.now?.() ?? new Date()).toISOString();
          await putDone(tx, op, entry, now);
          return now;
        }),
      );
      return new Date(text);
    },
  };
}

const HALTED = Symbol("halted");

/** Does one call of Wf. `recorded` is the state that its entry has in the journal already. */
type Go<T> = (entry: EntryKey, recorded: Entry["state"] | null) => Promise<T | typeof HALTED>;

/** Which end of the run an error means; the database's own troubles reject the run, so that it is tried again. */
function haltOf(error: unknown, halted: PromiseWithResolvers<Halt>): Halt {
  if (error instanceof RunLost) return { kind: "lost" };
  if (error instanceof Cancelled) return { kind: "cancelled", reason: error.message };
  if (error instanceof StepFailed) return { kind: "failed", error: error.cause };
  if (error instanceof AppError) return { kind: "failed", error };
  halted.reject(error);
  return { kind: "lost" };
}

async function startChildren(
  rt: Runtime,
  op: ClaimedOperation,
  entry: EntryKey,
  children: readonly Child[],
): Promise<void> {
  await inTx(rt.db, async (tx) => {
    await fence(tx, op, "cancel");
    await beginEntry(tx, op, entry);
    for (const child of children) {
      await ensureChild(tx, rt.dispatch, {
        id: child.id,
        parentId: op.id,
        rootId: op.rootId,
        workflow: child.workflow.name,
        title: child.title,
        subject: op.subject,
        userId: op.userId,
        input: child.input,
      });
    }
  });
}
