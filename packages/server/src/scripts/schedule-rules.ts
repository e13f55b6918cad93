import type { ScriptRepeat } from "@berth/api/script.ts";
import type { z } from "zod";

export type Repeat = z.infer<typeof ScriptRepeat>;

const HOUR_MS = 3_600_000;
/** In UTC: a day of 23 hours is for the calendars of the scheduler. */
const EVERY_MS: Record<Exclude<Repeat, "never">, number> = {
  hourly: HOUR_MS,
  daily: 24 * HOUR_MS,
  weekly: 7 * 24 * HOUR_MS,
};

/** The first run after `now`; null for none. Runs that were missed while no controller ran are not made up for. */
export function nextRun(schedule: { readonly startsAt: Date; readonly repeat: Repeat }, now: Date): Date | null {
  const { startsAt, repeat } = schedule;
  if (startsAt > now) return startsAt;
  if (repeat === "never") return null;
  const everyMs = EVERY_MS[repeat];
  const passed = Math.floor((now.getTime() - startsAt.getTime()) / everyMs);
  return new Date(startsAt.getTime() + (passed + 1) * everyMs);
}
