import { describe, expect, it } from "vitest";
import { durationText, fromLocalInput, relativeTime, toLocalInput } from "./time-rules.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;

describe("times", () => {
  it.each([
    [10_000, "in a moment"],
    [-10_000, "just now"],
    [-5 * MINUTE, "5 minutes ago"],
    [3 * 60 * MINUTE, "in 3 hours"],
    [24 * 60 * MINUTE, "tomorrow"],
    [-9 * 24 * 60 * MINUTE, "9 days ago"],
    [120 * 24 * 60 * MINUTE, "in 4 months"],
  ])("are told by their distance: %d ms", (ms, text) => {
    expect(relativeTime(NOW + ms, NOW)).toBe(text);
  });

  it.each([
    [2_400, "2.4 s"],
    [59_000, "59 s"],
    [80_000, "1 min 20 s"],
    [120_000, "2 min"],
    [11_100_000, "3 h 5 min"],
    [187_200_000, "2 d 4 h"],
  ])("last in two units at most: %d ms", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it("come out of a field as they went in, whatever the time zone", () => {
    expect(fromLocalInput(toLocalInput("2027-03-28T01:30:00.000Z"))).toBe("2027-03-28T01:30:00.000Z");
    expect(fromLocalInput("")).toBeUndefined();
    expect(toLocalInput("nonsense")).toBe("");
  });
});
