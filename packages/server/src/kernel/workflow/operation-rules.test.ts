import { describe, expect, it } from "vitest";
import { ProviderError } from "../errors.ts";
import { decisionReasons, pauseBeforeRetry } from "./operation-rules.ts";

/** All pauses before an effect is given up, in ms. */
function pauses(error: unknown, attempts: number): number[] {
  const all: number[] = [];
  for (let attempt = 1; attempt < 100; attempt += 1) {
    const pauseMs = pauseBeforeRetry(error, attempt, attempts);
    if (pauseMs === null) return all;
    all.push(pauseMs);
  }
  throw new Error("it is never given up");
}

describe("tries of an effect", () => {
  it("go on while something is busy until a dead peer has been given up (libvirtd: 30 s)", () => {
    const sum = pauses(new ProviderError("busy", "in use"), 5).reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(30_000);
  });

  it("end sooner where nobody answers", () => {
    expect(pauses(new ProviderError("unreachable", "no answer"), 5)).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it("are one where one was asked for, and for what can't get better", () => {
    expect(pauses(new ProviderError("busy", "in use"), 1)).toEqual([]);
    expect(pauses(new ProviderError("rejected", "no"), 5)).toEqual([]);
    expect(pauses(new Error("a fault of ours"), 5)).toEqual([]);
  });
});

describe("decisions about an operation", () => {
  const owner = { isOperable: true, isCommanded: false };
  const operator = { isOperable: true, isCommanded: true };
  const open = (state: string, caller = owner, phase = "forward") =>
    Object.entries(decisionReasons({ state, phase }, caller))
      .filter(([, reason]) => reason === null)
      .map(([verb]) => verb);

  it.each([
    ["running", owner, "forward", ["cancel"]],
    ["parked", owner, "forward", ["retry", "rollback", "accept", "cancel"]],
    ["unwinding", owner, "backward", []],
    ["stuck", owner, "backward", ["retry"]],
    ["stuck", operator, "backward", ["retry", "accept"]],
    ["done", operator, "forward", []],
    ["parked", { isOperable: false, isCommanded: false }, "forward", []],
  ] as const)("are open as it is %s", (state, caller, phase, verbs) => {
    expect(open(state, caller, phase)).toEqual(verbs);
  });

  it("say why they are not", () => {
    expect(decisionReasons({ state: "stuck", phase: "backward" }, owner)).toEqual({
      retry: null,
      rollback: "It has not stopped at a failure that it could go back from.",
      accept: "Only an operator may accept what could not be undone.",
      cancel: "It is being taken back already.",
    });
  });
});
