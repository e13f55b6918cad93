import type { OperationInfo, OperationStep, UsualDuration } from "@berth/api/operation.ts";
import { applyChange, EMPTY_TREE } from "@berth/api/operation-tree.ts";
import { describe, expect, it } from "vitest";
import { comparison, expectedPercent, failedRow, rowsOf } from "./tree-rules.ts";

const operation: OperationInfo = {
  id: "op",
  parentId: null,
  workflow: "service-deliver",
  title: "deliver shop",
  subject: { kind: "service", id: "s" },
  state: "parked",
  ended: false,
  error: "no answer",
  waitsFor: null,
  doors: ["retry"],
  createdAt: "2026-11-21T12:00:00Z",
  startedAt: "2026-11-21T12:00:00Z",
  endedAt: null,
};
const step: OperationStep = {
  operationId: "op",
  position: 1,
  name: "power on",
  state: "failed",
  attempt: 2,
  percent: 40,
  note: null,
  error: "the BMC does not answer",
  children: [],
  startedAt: "2026-11-21T12:00:01Z",
  endedAt: "2026-11-21T12:00:05Z",
  undoneAt: null,
};
const usual: UsualDuration = {
  workflow: "service-deliver",
  step: "power on",
  medianMs: 3_000,
  slowMs: 4_000,
  runs: 12,
};
const tree = applyChange(EMPTY_TREE, { operations: [operation], steps: [step], log: [] });

describe("the tree of an operation", () => {
  it("shows each step with what is usual for it", () => {
    const rows = rowsOf(tree, "op", [usual]);
    expect(rows.map(({ name, usual: known }) => [name, known?.medianMs ?? null])).toEqual([
      ["deliver shop", null],
      ["power on (attempt 2)", 3_000],
    ]);
  });

  it("shows progress only of what runs", () => {
    expect(rowsOf(tree, "op", []).map(({ percent }) => percent)).toEqual([null, null]);
  });

  it("finds the step at which it has stopped", () => {
    expect(failedRow(rowsOf(tree, "op", []))?.error).toBe("the BMC does not answer");
  });
});

describe("a duration beside the usual", () => {
  it("is slow only where nine of ten were quicker, and by a time that somebody notices", () => {
    expect(comparison(3_500, usual)).toEqual({ text: "usually 3.0 s", isSlow: false });
    expect(comparison(4_500, usual)?.isSlow).toBe(false);
    expect(comparison(6_000, usual)).toEqual({ text: "usually 3.0 s: slower than nine of ten", isSlow: true });
    expect(comparison(6_000, null)).toBeNull();
  });

  it("never promises that what still runs is done", () => {
    expect(expectedPercent(1_500, usual)).toBe(50);
    expect(expectedPercent(60_000, usual)).toBe(99);
    expect(expectedPercent(1_500, null)).toBeNull();
  });
});
