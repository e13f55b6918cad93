import { describe, expect, it } from "vitest";
import { installDeployment, isUuid, lifecycle, nextState, type ServerState, wipeDeployment } from "./rules.ts";
import { serverVerbs } from "./verb-rules.ts";

const states = Object.keys(lifecycle()) as ServerState[];

describe("a server's life (CAP D1)", () => {
  it("leads to retired from every state", () => {
    for (const state of states) {
      const seen = new Set<string>([state]);
      for (const at of seen) for (const next of Object.values(lifecycle()[at] ?? {})) seen.add(next);
      expect(seen.has("retired"), state).toBe(true);
    }
  });

  it("never comes back from retired", () => {
    expect(lifecycle().retired).toEqual({});
    expect(nextState("retired", "provision")).toBeNull();
  });

  it("offers nothing that it would then refuse", () => {
    for (const state of states)
      for (const [action, event] of [
        ["start", "activate"],
        ["stop", "deactivate"],
      ] as const) {
        const { [action]: refusal } = serverVerbs({ state, mayOperate: true, policy: () => null });
        if (refusal === null) expect(nextState(state, event), `${action} in ${state}`).not.toBeNull();
      }
  });
});

describe("names chosen before effects", () => {
  const server = "2b1f4f0e-5a57-4a0e-9d3c-0d6f6f0e1a2b";

  it("gives a server's deployments ids of their own, the same each time", () => {
    expect(isUuid(installDeployment(server))).toBe(true);
    expect(installDeployment(server)).toBe(installDeployment(server));
    expect(wipeDeployment(server)).not.toBe(installDeployment(server));
  });
});
