import { addressGroup } from "./address-group.ts";

export interface RateLimit {
  /** 0 when the call may go on; it counts then. */
  secondsToWait(address: string, nowMs: number): number;
}

interface Window {
  startedAtMs: number;
  calls: number;
}

const MINUTE_MS = 60_000;
const MAX_ADDRESSES = 10_000;

/**
 * How often each address calls, minute by minute, in this controller alone: it keeps work away, and is no lock. Whoever
 * fills the memory with addresses gets everybody a fresh start, not a full memory.
 */
export function createRateLimit({ callsPerMinute }: { callsPerMinute: number }): RateLimit {
  const windows = new Map<string, Window>();
  return {
    secondsToWait(address, nowMs) {
      const key = addressGroup(address);
      const known = windows.get(key);
      if (known === undefined || nowMs - known.startedAtMs >= MINUTE_MS) {
        if (windows.size >= MAX_ADDRESSES) windows.clear();
        windows.set(key, { startedAtMs: nowMs, calls: 1 });
        return 0;
      }
      known.calls += 1;
      if (known.calls <= callsPerMinute) return 0;
      return Math.ceil((known.startedAtMs + MINUTE_MS - nowMs) / 1000);
    },
  };
}
