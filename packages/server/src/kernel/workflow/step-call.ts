import type { Log } from "../log.ts";
import type { ClaimedOperation, EntryKey } from "./journal.ts";
import { failureWords } from "./operation-rules.ts";
import type { Runtime } from "./runner.ts";
import type { StepCall } from "./workflow.ts";

const PROGRESS_EVERY_MS = 500;
const MAX_TEXT = 1_000;

export interface StepCalls {
  /** What one attempt is given. */
  forSignal(signal: AbortSignal): StepCall;
  onRetry(attempt: number, error: unknown): Promise<void>;
  /** Waits until what was written on the side is written. */
  end(): Promise<void>;
}

/** Progress and log lines of one step. They are written on the side, and their loss never fails a step. */
export function createStepCall(
  rt: Runtime,
  op: ClaimedOperation,
  entry: Pick<EntryKey, "position" | "name">,
): StepCalls {
  const base = rt.log.child({ operationId: op.id, step: entry.name });
  let writing: Promise<unknown> = Promise.resolve();
  let lastProgressAt = -Infinity;
  let pending: { percent: number; note: string | null } | null = null;
  let written: { percent: number; note: string | null } | null = null;

  const write = (work: () => Promise<unknown>) => {
    writing = writing.then(work).catch((error: unknown) => base.warn("step could not be noted", { error }));
  };
  const writeProgress = () => {
    const progress = pending;
    if (progress === null) return;
    pending = null;
    // A step that watches something says the same many times.
    if (written?.percent === progress.percent && written.note === progress.note) return;
    written = progress;
    lastProgressAt = performance.now();
    write(() =>
      rt.db
        .updateTable("operation_step")
        .set(progress)
        .where("operation_id", "=", op.id)
        .where("position", "=", entry.position)
        .where("state", "in", ["running", "undoing"])
        .execute(),
    );
  };
  const line = (level: "debug" | "info" | "warn" | "error", message: string) => {
    const values = { operation_id: op.id, position: entry.position, level, message: message.slice(0, MAX_TEXT) };
    write(() => rt.db.insertInto("operation_log").values(values).execute());
  };

  return {
    forSignal: (signal) => ({
      signal,
      log: teeLog(base, line),
      progress: (percent, note) => {
        const whole = Number.isFinite(percent) ? Math.round(Math.min(100, Math.max(0, percent))) : 0;
        pending = { percent: whole, note: note?.slice(0, MAX_TEXT) ?? null };
        if (performance.now() - lastProgressAt >= PROGRESS_EVERY_MS) writeProgress();
      },
    }),
    onRetry: async (attempt, error) => {
      base.warn("step is tried again", { attempt, error });
      line("warn", `attempt ${attempt}: ${failureWords(error)}`);
      write(() =>
        rt.db
          .updateTable("operation_step")
          .set({ attempt, error: failureWords(error) })
          .where("operation_id", "=", op.id)
          .where("position", "=", entry.position)
          .where("state", "in", ["running", "undoing"])
          .execute(),
      );
    },
    end: () => writing.then(() => undefined),
  };
}

/** Sentences go to both logs; facts to the controller's only: they may hold what a user must not see. */
function teeLog(log: Log, line: (level: "debug" | "info" | "warn" | "error", message: string) => void): Log {
  const both = (level: "debug" | "info" | "warn" | "error") => (message: string, facts?: Record<string, unknown>) => {
    log[level](message, facts);
    if (level !== "debug") line(level, message);
  };
  return {
    debug: both("debug"),
    info: both("info"),
    warn: both("warn"),
    error: both("error"),
    child: (facts) => teeLog(log.child(facts), line),
  };
}
