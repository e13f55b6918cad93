import { describe, expect, it } from "vitest";
import { passWords, troublesOf } from "./system-rules.ts";

const NOW = Date.parse("2027-01-10T12:00:00Z");
const controller = {
  id: "a",
  name: "one",
  host: "h",
  pid: 1,
  alive: true,
  startedAt: "2027-01-10T10:00:00Z",
  heartbeatAt: "2027-01-10T11:59:59Z",
};
const report = {
  name: "machine-sync",
  controllerId: "a",
  startedAt: "2027-01-10T11:59:00Z",
  endedAt: "2027-01-10T11:59:01Z",
  checked: 12,
  changed: 0,
  failed: 0,
  error: null,
};

describe("how Berth is", () => {
  it("is well where all answer", () => expect(troublesOf([controller], [report], NOW)).toEqual([]));
  it.each([
    [{ ...controller, alive: false, heartbeatAt: "2027-01-10T11:50:00Z" }, report, "was last heard of 10 minutes ago"],
    [controller, { ...report, error: "the database is away" }, "the database is away"],
    [controller, { ...report, failed: 2 }, "could not look at 2 of 12"],
  ])("names what is not", (one, pass, words) => {
    expect(troublesOf([one], [pass], NOW)).toEqual([expect.stringContaining(words)]);
  });
});

it("a pass is told in words", () => {
  expect(passWords(report)).toBe("12 looked at");
  expect(passWords({ ...report, changed: 1, failed: 2, error: "cut" })).toBe(
    "12 looked at, 1 changed, 2 failed; then: cut",
  );
});
