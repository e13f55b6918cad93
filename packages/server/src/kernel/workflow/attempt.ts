import { setTimeout as sleep } from "node:timers/promises";
import { isDatabaseAway, isRetryable } from "../db/db.ts";
import { ProviderError } from "../errors.ts";
import { RunLost } from "./journal.ts";
import type { Lease } from "./lease.ts";
import { pauseBeforeRetry } from "./operation-rules.ts";

/** A step that does not heed its signal gets this long to stop, before it is given up as running on. */
const GRACE_MS = 10_000;

export interface AttemptOptions {
  readonly lease: Lease;
  readonly name: string;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly onRetry: (attempt: number, error: unknown) => Promise<void>;
}

/**
 * Runs an effect until it succeeds, or fails for good. The lease is looked at right before each attempt, and its loss
 * ends the attempt. @throws RunLost when the lease is gone, else what the effect threw.
 */
export async function attemptEffect<O>(run: (signal: AbortSignal) => Promise<O>, options: AttemptOptions): Promise<O> {
  let attempt = 1;
  for (;;) {
    await options.lease.held();
    const tenure = options.lease.signal();
    try {
      return await attemptOnce(run, tenure, options);
    } catch (error) {
      if (options.lease.lost.aborted) throw new RunLost("the controller's lease is gone", { cause: error });
      // Cut off by a lease that ran out, for the database was away: no fault of the step's.
      if (tenure.aborted && !(error instanceof StillRunning)) continue;
      const pauseMs = error instanceof StillRunning ? null : pauseBeforeRetry(error, attempt, options.attempts);
      if (pauseMs === null) throw error;
      attempt += 1;
      await options.onRetry(attempt, error);
      await sleep(pauseMs, undefined, { signal: options.lease.lost }).catch(() => undefined);
    }
  }
}

/** The attempt went on past its time and past its signal: another beside it could double the effect. */
class StillRunning extends ProviderError {}

async function attemptOnce<O>(
  run: (signal: AbortSignal) => Promise<O>,
  tenure: AbortSignal,
  options: AttemptOptions,
): Promise<O> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new DOMException("the step took too long", "TimeoutError")),
    options.timeoutMs,
  );
  const signal = AbortSignal.any([timeout.signal, tenure]);
  const patience = watchPatience(signal);
  const running = run(signal);
  try {
    return await Promise.race([running, patience.exhausted]);
  } catch (error) {
    if (!timeout.signal.aborted || error instanceof StillRunning) throw error;
    const seconds = Math.round(options.timeoutMs / 1000);
    throw new ProviderError("unreachable", `${options.name} took longer than ${seconds} s`, {
      ambiguous: true,
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    patience.end();
  }
}

/**
 * `exhausted` rejects when the step has not stopped a while after its signal. Its listener is taken away at the end:
 * Node keeps a combined signal that has listeners for ever, and with it all that the step held.
 */
function watchPatience(signal: AbortSignal): { exhausted: Promise<never>; end(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const error = () =>
    new StillRunning("unreachable", "the step did not stop when its time was up", { ambiguous: true });
  const wait = () => void setTimeout(() => reject(error()), GRACE_MS).unref();
  if (signal.aborted) wait();
  else signal.addEventListener("abort", wait, { once: true });
  return { exhausted: promise, end: () => signal.removeEventListener("abort", wait) };
}

/**
 * Runs what is a step's own: what it throws is wrapped, so that it is known for the step's. Not so when the run was
 * lost, or the database is away or asks for the transaction once more: then the same is to be tried again.
 */
export async function own<T>(
  Wrapped: new (message: string, options: { cause: unknown }) => Error,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RunLost || isRetryable(error) || isDatabaseAway(error)) throw error;
    throw new Wrapped(name, { cause: error });
  }
}
