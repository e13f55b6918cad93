import { setTimeout as wait } from "node:timers/promises";

/** The lab's time: what takes a machine seconds takes `1 / speed` of them here. */
export interface LabClock {
  /** Resolves after that much of the lab's time; rejects when the signal ends. */
  sleep(labMs: number, signal: AbortSignal): Promise<void>;
}

export function labClock(speed: number): LabClock {
  return {
    async sleep(labMs, signal) {
      await wait(labMs / speed, null, { signal });
    },
  };
}
