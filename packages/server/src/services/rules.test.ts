import { describe, expect, it } from "vitest";
import { hostnameOf, leaseDays, lifecycles, nextLeaseMoment, nextRequestState, nextServiceState } from "./rules.ts";

describe("host names (CAP A4)", () => {
  it.each([
    ["web#", "shop", 1, 1, "webshop"],
    ["#db", "shop", 1, 1, "shopdb"],
    ["app#", "x", 2, 3, "appx2"],
    ["a-#-z", "x", 10, 10, "a-x10-z"],
  ])("%s completed with %s, number %d of %d, is %s", (pattern, completion, ordinal, count, expected) => {
    expect(hostnameOf(pattern, completion, ordinal, count)).toBe(expected);
  });
});

describe("leases (CAP B6)", () => {
  const endsAt = new Date("2027-01-31T00:00:00Z");

  it.each([
    ["2027-01-01T00:00:00Z", "warn", "2027-01-24T00:00:00.000Z"],
    ["2027-01-24T00:00:00Z", "warn", "2027-01-30T00:00:00.000Z"],
    ["2027-01-30T12:00:00Z", "end", "2027-01-31T00:00:00.000Z"],
    ["2027-02-10T00:00:00Z", "end", "2027-01-31T00:00:00.000Z"],
  ])("at %s the next thing is to %s at %s", (now, what, at) => {
    expect(nextLeaseMoment(endsAt, new Date(now))).toEqual({ what, at: new Date(at) });
  });

  it.each([
    ["2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z", 1],
    ["2027-01-01T00:00:00Z", "2027-01-02T00:00:01Z", 2],
    ["2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z", 1],
  ])("from %s to %s costs %d days: a begun day counts", (from, to, days) => {
    expect(leaseDays(new Date(from), new Date(to))).toBe(days);
  });
});

describe("states", () => {
  it("leads every request and service to an end, from wherever it is", () => {
    for (const table of Object.values(lifecycles())) {
      const ends = Object.entries(table)
        .filter(([, row]) => Object.keys(row).length === 0)
        .map(([state]) => state);
      for (const state of Object.keys(table))
        expect(
          reachable(table, state).some((other) => ends.includes(other)),
          state,
        ).toBe(true);
    }
  });

  it("takes no decision twice", () => {
    expect(nextRequestState("approved", "approve")).toBeNull();
    expect(nextRequestState("rejected", "approve")).toBeNull();
    expect(nextRequestState("withdrawn", "deploy")).toBeNull();
    expect(nextServiceState("retired", "retire")).toBeNull();
  });
});

function reachable(table: Record<string, Record<string, string>>, from: string): string[] {
  const seen = new Set([from]);
  for (const state of seen) for (const next of Object.values(table[state] ?? {})) seen.add(next);
  return [...seen];
}
