import { describe, expect, it } from "vitest";
import { guestSeconds, median, medianTimes } from "./times.ts";

const at = (second: number) => new Date(second * 1000).toISOString();
const step = (operationId: string, name: string, from: number, to: number) => ({
  operationId,
  name,
  startedAt: at(from),
  endedAt: at(to),
});

describe("guestSeconds", () => {
  it("adds the hooks to the slowest server, and leaves out what Berth does itself", () => {
    const operations = [
      { id: "root", parentId: null },
      { id: "vm", parentId: "root" },
      { id: "blade", parentId: "root" },
    ];
    const steps = [
      step("vm", "place-image", 0, 30),
      step("vm", "wait-for-ssh", 30, 70),
      step("blade", "apply-identity", 0, 2),
      step("blade", "install", 2, 42),
      step("blade", "wait-for-ssh", 42, 62),
      step("root", "run-hook", 71, 76),
      step("root", "mark-active", 76, 99),
    ];
    expect(guestSeconds({ operations, steps })).toBe(65);
  });
});

describe("median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("is taken of each part by itself", () => {
    const rounds = [
      { total: 10, guests: 9, own: 1 },
      { total: 12, guests: 8, own: 4 },
      { total: 11, guests: 10, own: 1 },
    ];
    expect(medianTimes(rounds)).toEqual({ total: 11, guests: 9, own: 1 });
  });
});
