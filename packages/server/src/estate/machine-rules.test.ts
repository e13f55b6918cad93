import { describe, expect, it } from "vitest";
import {
  allowedActions,
  isAlready,
  lifecycle,
  type MachineEvent,
  type MachineState,
  nextState,
  refusedActions,
} from "./machine-rules.ts";

const ALL = ["inspect", "power-on", "power-off", "reset", "maintenance-on", "maintenance-off", "retire", "delete"];

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

describe("what may not be done", () => {
  it("is said with a reason, for everything that is not allowed, and for nothing else", () => {
    for (const state of states) {
      for (const maintenance of [true, false]) {
        for (const isManaged of [true, false]) {
          const footing = { state, maintenance, isManaged };
          const refused = Object.keys(refusedActions(footing, null));
          expect([...allowedActions(footing), ...refused].sort(), JSON.stringify(footing)).toEqual([...ALL].sort());
        }
      }
    }
  });

  it("names the server that a machine carries", () => {
    const refused = refusedActions({ state: "in-use", maintenance: false, isManaged: true }, "db-1");
    expect(refused).toEqual({
      inspect: "it serves server db-1, and wears its identity",
      "maintenance-off": "it is not in maintenance",
      retire: "it serves server db-1: end that first, or move it elsewhere",
      delete: "it serves server db-1: end that first, or move it elsewhere",
    });
  });
});
