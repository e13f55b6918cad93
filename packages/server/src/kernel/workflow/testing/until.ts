import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 25;
const DEADLINE_MS = 45_000;

/** Waits until `look` finds something. The error says what was waited for, and what was there instead. */
export async function until<T>(
  look: () => Promise<T | null>,
  what: string,
  instead?: () => Promise<string>,
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`waited too long until ${what}; ${(await instead?.()) ?? ""}`);
    await sleep(EVERY_MS);
  }
}
