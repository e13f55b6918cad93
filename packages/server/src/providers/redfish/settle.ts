import { setTimeout as pause } from "node:timers/promises";
import { ProviderError } from "../../kernel/errors.ts";
import type { Call } from "../provider.ts";

/** How long a BMC may take until what it accepted can be seen. */
export const SETTLE_TIMEOUT_MS = 30_000;
/** How long to look after a write that failed but may have happened. */
const DOUBT_TIMEOUT_MS = 3_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

interface Deed {
  readonly write: () => Promise<void>;
  /** Reads back; true once the effect is there. */
  readonly seen: () => Promise<boolean>;
  /** Completes "the BMC accepted the change but …". */
  readonly otherwise: string;
}

/**
 * Writes, then looks until the effect is there: BMCs accept and do nothing, answer 500 and have done it, time out
 * and have done it. What counts is what is read back.
 */
export async function settle(deed: Deed, call: Call, timeoutMs = SETTLE_TIMEOUT_MS): Promise<void> {
  const failure = await deed.write().then(
    () => null,
    (error: unknown) => error,
  );
  if (
    failure !== null &&
    (!(failure instanceof ProviderError) || failure.failure === "denied" || failure.failure === "not_found")
  )
    throw failure;
  if (call.signal.aborted) throw failure ?? maybe("the time was up before the effect could be seen");
  const doubted = failure instanceof ProviderError && failure.ambiguous;
  const patience = failure === null ? timeoutMs : doubted ? Math.min(DOUBT_TIMEOUT_MS, timeoutMs) : 0;
  // When what was refused is so all the same, someone else did it, and the goal is reached.
  if (await seenWithin(deed.seen, patience, call)) return;
  if (failure !== null) throw failure;
  if (call.signal.aborted) throw maybe("the time was up before the effect could be seen");
  throw new ProviderError("busy", `the BMC accepted the change but ${deed.otherwise}`, { ambiguous: true });
}

async function seenWithin(seen: () => Promise<boolean>, patienceMs: number, call: Call): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  for (const state = { pauseMs: FIRST_PAUSE_MS }; ; state.pauseMs = Math.min(state.pauseMs * 2, LONGEST_PAUSE_MS)) {
    // A read that fails here says nothing of the effect: look again while there is time.
    if (await seen().catch(() => false)) return true;
    if (call.signal.aborted || performance.now() >= deadline) return false;
    await pause(state.pauseMs, null, { signal: call.signal }).catch(() => null);
  }
}

function maybe(message: string): ProviderError {
  return new ProviderError("unreachable", message, { ambiguous: true });
}
