import { inTx } from "../db/db.ts";
import { attemptEffect, own } from "./attempt.ts";
import {
  type ClaimedOperation,
  type Entry,
  fence,
  finish,
  lieDown,
  lock,
  readEntries,
  settleEntry,
  stopForPerson,
  wake,
} from "./journal.ts";
import { endOf, failureWords, isEnded, stands } from "./operation-rules.ts";
import { momentOf } from "./run-step.ts";
import type { AnyWorkflow, Registered, Runtime } from "./runner.ts";
import { createStepCall } from "./step-call.ts";
import type { DbStep, EffectStep, StepCall } from "./workflow.ts";

/**
 * The way back: the journal's entries in reverse, each undone with the input it was begun with. The workflow's `run`
 * is not asked: what may have happened is in the journal. An undo that fails is never passed over: the operation is
 * `stuck` until a person opens a door.
 */
export async function unwind(rt: Runtime, op: ClaimedOperation, known: Registered): Promise<void> {
  const entries = (await readEntries(rt.db, op.id)).reverse();
  for (const entry of entries) {
    if (entry.state === "undone" || entry.state === "kept") continue;
    const outcome = await undoEntry(rt, op, known, entry);
    if (outcome === "halted") return;
  }
  await finish(rt.db, rt.dispatch, op, endOf(op.turnedBy ?? "failure"), null);
}

async function undoEntry(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  entry: Entry,
): Promise<"undone" | "halted"> {
  if (entry.kind === "wait" || entry.kind === "time") return "undone";
  if (entry.kind === "children") return undoChildren(rt, op, entry);
  const step = known.workflow.steps.find((candidate) => candidate.name === entry.name);
  const started = performance.now();
  try {
    if (step === undefined || step.kind !== entry.kind) {
      throw new UndoFailed(entry.name, { cause: new Error(`${op.workflow} has no step ${entry.name}`) });
    }
    await undoStep(rt, op, known, step, entry);
    rt.onStep?.(entry.name, "undone", (performance.now() - started) / 1000);
    return "undone";
  } catch (error) {
    if (!(error instanceof UndoFailed)) throw error;
    rt.onStep?.(entry.name, "undo-failed", (performance.now() - started) / 1000);
    const words = failureWords(error.cause);
    rt.log.error("undo failed; operation is stuck", { operationId: op.id, step: entry.name, error: error.cause });
    await settleEntry(rt.db, op, entry.position, { state: "undo-failed", error: words });
    await stopForPerson(rt.db, op, "stuck", `${entry.name} could not be undone: ${words}`);
    return "halted";
  }
}

/** Tells a failing undo from trouble with the journal. */
class UndoFailed extends Error {
  override readonly name = "UndoFailed";
}

async function undoStep(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  step: AnyStep,
  entry: Entry,
): Promise<void> {
  if (typeof step.undo !== "function") {
    await settleEntry(rt.db, op, entry.position, { state: "kept" });
    return;
  }
  await rt.onMoment?.(momentOf(op, step.name, "before", "backward"));
  if (step.kind === "db") await undoDbStep(rt, op, known, step, step.undo, entry);
  else await undoEffectStep(rt, op, known, step, step.undo, entry);
  await rt.onMoment?.(momentOf(op, step.name, "after-record", "backward"));
}

/** A step that was found by the name that its own input was recorded with. */
type AnyStep = AnyWorkflow["steps"][number];
type DbUndo = Extract<Extract<AnyStep, { kind: "db" }>["undo"], (...args: never[]) => unknown>;
type EffectUndo = Extract<Extract<AnyStep, { kind: "effect" }>["undo"], (...args: never[]) => unknown>;

async function undoDbStep(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  step: DbStep<unknown, unknown, unknown>,
  undo: DbUndo,
  entry: Entry,
): Promise<void> {
  // Its transaction was rolled back: there is nothing to undo.
  if (entry.state === "failed") return settleEntry(rt.db, op, entry.position, { state: "undone" });
  await inTx(rt.db, async (tx) => {
    await fence(tx, op);
    await own(UndoFailed, step.name, () => undo(tx, entry.input, known.deps));
    await rt.onMoment?.(momentOf(op, step.name, "after-effect", "backward"));
    await settleEntry(tx, op, entry.position, { state: "undone" });
  });
}

async function undoEffectStep(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  step: EffectStep<unknown, unknown, unknown>,
  undo: EffectUndo,
  entry: Entry,
): Promise<void> {
  await settleEntry(rt.db, op, entry.position, { state: "undoing" });
  const call = createStepCall(rt, op, entry);
  try {
    await own(UndoFailed, step.name, () =>
      attemptEffect(
        async (signal) => undo({ ...known.deps, ...call.forSignal(signal) } as object & StepCall, entry.input),
        {
          lease: rt.lease,
          name: `undo of ${step.name}`,
          timeoutMs: step.timeoutMs,
          attempts: UNDO_ATTEMPTS,
          onRetry: call.onRetry,
        },
      ),
    );
    await rt.onMoment?.(momentOf(op, step.name, "after-effect", "backward"));
    await settleEntry(rt.db, op, entry.position, { state: "undone" });
  } finally {
    await call.end();
  }
}

/** Taking back is tried longer than doing: what stays is a leak. */
const UNDO_ATTEMPTS = 8;

/** Sends the children back that stand, and waits until nothing of any child is left. */
async function undoChildren(rt: Runtime, op: ClaimedOperation, entry: Entry): Promise<"undone" | "halted"> {
  return inTx(rt.db, async (tx) => {
    await lock(tx, op.id);
    await fence(tx, op);
    const children = await tx
      .selectFrom("operation")
      .select(["id", "state"])
      .where("parent_id", "=", op.id)
      .where("id", "in", childIds(entry))
      .orderBy("id")
      .forNoKeyUpdate()
      .execute();
    if (children.every((child) => isEnded(child.state) && !stands(child.state))) {
      await settleEntry(tx, op, entry.position, { state: "undone" });
      return "undone";
    }
    for (const child of children) {
      if (!stands(child.state)) continue;
      await tx
        .updateTable("operation")
        .set({ phase: "backward", turned_by: "parent", ended_at: null })
        .where("id", "=", child.id)
        .execute();
      await wake(tx, rt.dispatch, child.id);
    }
    await lieDown(tx, op, { kind: "children", what: "parts that are being undone" });
    return "halted";
  });
}

function childIds(entry: Entry): string[] {
  // Written by wf.all.
  const list = entry.input as readonly { readonly id: string }[];
  return list.length === 0 ? [""] : list.map((child) => child.id);
}
