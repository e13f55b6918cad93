import { setTimeout as wait } from "node:timers/promises";

/** The lab's time: what takes a machine seconds takes `1 / speed` of them here. */
export interface LabClock {
  /** Resolves after that much of the lab's time; rejects when the signal ends. */
  sleep(labMs: number, signal: AbortSignal): Promise<void>;
  /** The same before asking again, for the nth time: never so short that asking becomes all that the lab does. */
  idle(labMs: number, signal: AbortSignal, times: number): Promise<void>;
}

/** `fast` starts a blade in a second or two; `instant` is for tests. */
export const SPEEDS = { instant: 1_000, fast: 10, real: 1 } as const;
export type Speed = keyof typeof SPEEDS;

const SHORTEST_IDLE_MS = 250;
const MOST_TIMES = 20;

export function labClock(speed: number): LabClock {
  return {
    async sleep(labMs, signal) {
      await wait(labMs / speed, null, { signal });
    },
    async idle(labMs, signal, times) {
      const shortestMs = SHORTEST_IDLE_MS * Math.min(times, MOST_TIMES);
      await wait(Math.max(shortestMs, labMs / speed), null, { signal });
    },
  };
}
