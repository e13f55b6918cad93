import type { OperationInfo, OperationStep } from "@berth/api/operation.ts";
import { describe, expect, it } from "vitest";
import { type Deployment, failureOf, phasesOf, remainingMs, usualTimes } from "./progress-rules.ts";

const at = (second: number) => new Date(Date.UTC(2027, 0, 1, 0, 0, second)).toISOString();
const step = (
  operationId: string,
  position: number,
  name: string,
  more: Partial<OperationStep> = {},
): OperationStep => ({
  operationId,
  position,
  name,
  state: "done",
  attempt: 1,
  percent: null,
  note: null,
  error: null,
  children: [],
  startedAt: at(position * 10),
  endedAt: at(position * 10 + 10),
  undoneAt: null,
  ...more,
});
const operation = (id: string, more: Partial<OperationInfo> = {}): OperationInfo => ({
  id,
  parentId: "root",
  workflow: "vm-provision",
  title: id,
  subject: { kind: "server", id },
  state: "done",
  ended: true,
  error: null,
  waitsFor: null,
  doors: [],
  createdAt: at(0),
  startedAt: at(0),
  endedAt: at(1),
  ...more,
});

const before = [step("root", 0, "hold-reservation"), step("root", 1, "approval"), step("root", 2, "begin-deployment")];
const children = ["app-1", "app-2"];
const whole: Deployment = {
  id: "root",
  operations: [operation("app-1"), operation("app-2")],
  steps: [
    ...before,
    step("root", 3, "children", { children }),
    step("root", 4, "run-hook"),
    step("root", 5, "mark-active"),
  ],
  log: [],
};
const running: Deployment = {
  id: "root",
  operations: [operation("app-1"), operation("app-2", { state: "running", ended: false })],
  steps: [
    ...before,
    step("root", 3, "children", { children, state: "running", endedAt: null }),
    step("app-2", 0, "begin"),
    step("app-2", 1, "place-image"),
    step("app-2", 2, "make-disks", { state: "running", percent: 50, endedAt: null }),
  ],
  log: [],
};

describe("the plain progress of a delivery", () => {
  const took = (name: string | null, medianMs: number, runs: number) => ({
    ...{ workflow: "service-deliver", step: name, medianMs, slowMs: medianMs, runs },
  });
  const usual = usualTimes([
    ...[took(null, 40_000, 4), took("begin-deployment", 0, 4), took("children", 10_000, 4)],
    ...[took("run-hook", 5_000, 8), took("mark-active", 10_000, 4), { ...took("children", 1, 1), workflow: "other" }],
  ]);
  const phases = phasesOf(running, usual, new Date(at(34)));

  it("is done, running and ahead", () => {
    expect(phases.map(({ id, state }) => `${id} ${state}`)).toEqual([
      "prepare done",
      "servers running",
      "set-up next",
      "ready next",
    ]);
  });

  it("says how many servers are ready, and how far those are that are not", () => {
    expect(phases[1]).toMatchObject({ note: "1 of 2 ready", percent: 65, tookMs: 4_000, usualMs: 10_000 });
  });

  it("expects what such deliveries took before", () => {
    expect(remainingMs(phases)).toBe(6_000 + 10_000 + 10_000);
    expect(remainingMs(phasesOf(running, new Map(), new Date(at(34))))).toBeNull();
  });

  it("knows nothing of how long it takes where nothing was delivered before", () => {
    expect(usualTimes([]).size).toBe(0);
  });

  it("leaves a phase out that was never needed", () => {
    const noHooks = { ...whole, steps: whole.steps.filter((one) => one.name !== "run-hook") };
    expect(phasesOf(noHooks, new Map(), new Date(at(99))).map(({ id }) => id)).toEqual(["prepare", "servers", "ready"]);
  });
});

describe("a delivery that went back", () => {
  it("failed in the phase that it had come to, and undid those before", () => {
    const root = operation("root", { parentId: null, workflow: "service-deliver", state: "failed" });
    const steps = whole.steps
      .filter((one) => one.name !== "mark-active")
      .map((one) => ({ ...one, state: "undone" as const }));
    const phases = phasesOf({ ...whole, operations: [root, ...whole.operations], steps }, new Map(), new Date(at(99)));
    expect(phases.map(({ id, state }) => `${id} ${state}`)).toEqual([
      "prepare undone",
      "servers undone",
      "set-up failed",
    ]);
  });
});

describe("a failure", () => {
  const log = [
    { operationId: "app-1", at: at(1), step: null, level: "info" as const, message: "all is well here" },
    { operationId: "app-2", at: at(2), step: "start-vm", level: "error" as const, message: "no space left" },
  ];

  it("is told by the part in which it happened, not by what failed with it", () => {
    const failed: Deployment = {
      ...running,
      steps: [
        ...before,
        step("root", 3, "children", { children, state: "failed", error: "app-2: no space left" }),
        step("app-2", 2, "start-vm", { state: "failed", error: "no space left", attempt: 3 }),
      ],
      log,
    };
    expect(failureOf(failed)).toEqual({
      where: "start-vm, app-2",
      cause: "no space left",
      attempts: 3,
      lines: [log[1]],
    });
  });

  it("is none while nothing failed", () => expect(failureOf(whole)).toBeNull());
});
