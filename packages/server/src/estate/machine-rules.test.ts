import { describe, expect, it } from "vitest";
import {
  allowedActions,
  isAlready,
  lifecycle,
  type MachineEvent,
  type MachineState,
  nextState,
} from "./machine-rules.ts";

const states = Object.keys(lifecycle()) as MachineState[];

describe("lifecycle of a machine", () => {
  it("leads from enrolment through use and cleaning back to the pool", () => {
    const events: MachineEvent[] = ["inspect", "inspected", "occupy", "clean", "release"];
    const path: MachineState[] = ["enrolled"];
    for (const event of events) path.push(nextState(path.at(-1) ?? "retired", event) ?? "retired");
    expect(path).toEqual(["enrolled", "inspecting", "available", "in-use", "cleaning", "available"]);
  });

  it("hands out only what is available", () => {
    expect(states.filter((state) => nextState(state, "occupy") !== null)).toEqual(["available"]);
  });

  it("lets an undo of what never was succeed in every state", () => {
    for (const state of states) {
      expect(nextState(state, "release") !== null || isAlready(state, "release"), state).toBe(true);
    }
  });

  it("keeps a machine whose disk could not be wiped out of the pools until a person looks at it", () => {
    expect(nextState("failed", "release")).toBe("failed");
    expect(nextState("failed", "occupy")).toBeNull();
  });

  it("retires nothing that is used, cleaned or looked at", () => {
    expect(states.filter((state) => nextState(state, "retire") !== null)).toEqual(["enrolled", "available", "failed"]);
  });
});

describe("what may be asked of a machine", () => {
  it("offers neither inspection nor retirement of a machine in use", () => {
    const allowed = allowedActions({ state: "in-use", maintenance: false, isManaged: true });
    expect(allowed).toEqual(["power-on", "power-off", "reset", "maintenance-on"]);
  });

  it("offers no power and no inspection where no management controller is known", () => {
    expect(allowedActions({ state: "enrolled", maintenance: true, isManaged: false })).toEqual([
      "maintenance-off",
      "retire",
      "delete",
    ]);
  });
});
