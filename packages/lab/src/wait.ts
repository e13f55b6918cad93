import { setTimeout as pause } from "node:timers/promises";

/** Looks until it is so; throws, naming what was awaited, when it takes longer than the deadline. */
export async function waitUntil(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  options: { deadlineMs: number; everyMs?: number },
): Promise<void> {
  const end = performance.now() + options.deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${options.deadlineMs / 1_000} s`);
    await pause(options.everyMs ?? 50);
  }
}
