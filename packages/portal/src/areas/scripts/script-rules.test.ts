import { expect, it } from "vitest";
import { exactTime } from "../../kit/time-rules.ts";
import { scheduleWords } from "./script-rules.ts";

const AT = "2027-01-01T02:00:00.000Z";
const shown = exactTime(Date.parse(AT));

it.each([
  [null, "never"],
  [{ startsAt: AT, repeat: "never", nextAt: null }, "has run"],
  [{ startsAt: AT, repeat: "never", nextAt: AT }, `once, ${shown}`],
  [{ startsAt: AT, repeat: "daily", nextAt: AT }, `daily, next ${shown}`],
] as const)("says when a script runs: %j", (schedule, words) => {
  expect(scheduleWords(schedule)).toBe(words);
});
