import { inTx } from "../db/db.ts";
import { attemptEffect, own } from "./attempt.ts";
import {
  beginEntry,
  type ClaimedOperation,
  type EntryKey,
  fence,
  plain,
  putDone,
  putFailed,
  settleEntry,
} from "./journal.ts";
import { failureWords } from "./operation-rules.ts";
import type { Moment, Registered, Runtime } from "./runner.ts";
import { createStepCall } from "./step-call.ts";
import type { DbStep, EffectStep, Step, StepCall } from "./workflow.ts";

/** Tells a step's own failure from trouble with the journal. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** Does one step on the way forward, and journals it. @throws StepFailed when the step itself failed. */
export async function runStep<I, O>(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  step: Step<object, I, O>,
  entry: EntryKey,
): Promise<O> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    await rt.onMoment?.(momentOf(op, step.name, "before", "forward"));
    const output =
      step.kind === "db"
        ? await runDbStep(rt, op, known, step, entry)
        : await runEffectStep(rt, op, known, step, entry);
    await rt.onMoment?.(momentOf(op, step.name, "after-record", "forward"));
    rt.onStep?.(step.name, "done", seconds());
    return output;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    rt.onStep?.(step.name, "failed", seconds());
    await putFailed(rt.db, op, entry, failureWords(error.cause));
    throw error;
  }
}

/** The step's rows and its journal entry commit together, so it happens exactly once. */
async function runDbStep<I, O>(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  step: DbStep<object, I, O>,
  entry: EntryKey,
): Promise<O> {
  return inTx(rt.db, async (tx) => {
    await fence(tx, op, "cancel");
    const output = await own(StepFailed, step.name, async () =>
      plain(await step.run(tx, entry.input as I, known.deps)),
    );
    await rt.onMoment?.(momentOf(op, step.name, "after-effect", "forward"));
    await putDone(tx, op, entry, output);
    return output;
  });
}

async function runEffectStep<I, O>(
  rt: Runtime,
  op: ClaimedOperation,
  known: Registered,
  step: EffectStep<object, I, O>,
  entry: EntryKey,
): Promise<O> {
  await beginEntry(rt.db, op, entry);
  const call = createStepCall(rt, op, entry);
  try {
    const output = await own(StepFailed, step.name, () =>
      attemptEffect(
        async (signal) =>
          plain(await step.run({ ...known.deps, ...call.forSignal(signal) } as object & StepCall, entry.input as I)),
        {
          lease: rt.lease,
          name: step.name,
          timeoutMs: step.timeoutMs,
          attempts: step.attempts,
          onRetry: call.onRetry,
        },
      ),
    );
    await rt.onMoment?.(momentOf(op, step.name, "after-effect", "forward"));
    await settleEntry(rt.db, op, entry.position, { state: "done", output });
    return output;
  } finally {
    await call.end();
  }
}

export function momentOf(
  op: ClaimedOperation,
  step: string,
  point: Moment["point"],
  direction: Moment["direction"],
): Moment {
  return { operationId: op.id, workflow: op.workflow, step, point, direction };
}
