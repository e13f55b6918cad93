import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextRun } from "./schedule-rules.ts";

const at = (text: string) => new Date(text);

describe("when a script runs next (CAP Q3)", () => {
  it.each([
    ["never", "2027-01-01T02:00:00Z", "2027-01-01T01:00:00Z", "2027-01-01T02:00:00.000Z"],
    ["never", "2027-01-01T02:00:00Z", "2027-01-01T02:00:00Z", null],
    ["hourly", "2027-01-01T02:10:00Z", "2027-01-01T05:30:00Z", "2027-01-01T06:10:00.000Z"],
    ["daily", "2027-01-01T02:00:00Z", "2027-01-01T02:00:00Z", "2027-01-02T02:00:00.000Z"],
    ["weekly", "2027-01-01T02:00:00Z", "2027-03-01T00:00:00Z", "2027-03-05T02:00:00.000Z"],
  ] as const)("%s from %s on, seen at %s: %s", (repeat, startsAt, now, expected) => {
    expect(nextRun({ startsAt: at(startsAt), repeat }, at(now))?.toISOString() ?? null).toBe(expected);
  });

  it("is always later than now, and on the beat", () => {
    const moment = fc.date({ min: at("2020-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z"), noInvalidDate: true });
    fc.assert(
      fc.property(moment, moment, fc.constantFrom("hourly", "daily", "weekly"), (startsAt, now, repeat) => {
        const next = nextRun({ startsAt, repeat }, now);
        expect(next?.getTime()).toBeGreaterThan(now.getTime());
        expect(((next?.getTime() ?? 0) - startsAt.getTime()) % 3_600_000).toBe(0);
      }),
    );
  });
});
