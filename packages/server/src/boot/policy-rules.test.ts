import { describe, expect, it } from "vitest";
import { decideBoot } from "./boot-rules.ts";
import { type BootPolicy, matchPolicy } from "./policy-rules.ts";

const policy = (name: string, given: Partial<BootPolicy> = {}): BootPolicy => ({
  name,
  action: "wait",
  macPrefix: null,
  model: null,
  serial: null,
  ...given,
});
const facts = { macs: ["52:54:00:12:34:56"], model: "Blade 7", serial: "S-1" };

describe("boot policies (CAP G2)", () => {
  it.each<[string, Partial<BootPolicy>, boolean]>([
    ["nothing asked", {}, true],
    ["the card's maker", { macPrefix: "52:54:00" }, true],
    ["the whole card", { macPrefix: "52:54:00:12:34:56" }, true],
    ["another maker", { macPrefix: "52:54:01" }, false],
    ["the model, in other letters", { model: "blade 7" }, true],
    ["a model that only begins so", { model: "blade" }, false],
    ["the serial number", { serial: "S-1" }, true],
    ["a serial number in other letters", { serial: "s-1" }, false],
    ["one that matches and one that does not", { macPrefix: "52:54:00", serial: "S-2" }, false],
  ])("match by %s", (_case, given, isMatch) => {
    expect(matchPolicy([policy("p", given)], facts).looked[0]?.isMatch).toBe(isMatch);
  });

  it("are looked at in their order, and all say why", () => {
    const all = [policy("other", { model: "Rack 1" }), policy("first", { action: "disk" }), policy("late")];
    const { policy: chosen, looked } = matchPolicy(all, facts);
    expect(chosen?.name).toBe("first");
    expect(looked.map(({ name, isMatch }) => [name, isMatch])).toEqual([
      ["other", false],
      ["first", true],
      ["late", true],
    ]);
    expect(looked[0]?.why).toBe("it is a Blade 7, not a Rack 1");
  });

  it("match no machine that does not say what they ask for", () => {
    const unknown = { macs: [], model: null, serial: null };
    const asking = [policy("a", { model: "x" }), policy("b", { serial: "x" }), policy("c", { macPrefix: "52" })];
    expect(matchPolicy(asking, unknown).policy).toBeNull();
  });

  it("decide over idle machines only", () => {
    const idle = { task: null, lastDone: null, machine: "idle", doubt: null } as const;
    const toDisk = { name: "p", action: "disk" } as const;
    expect(decideBoot({ ...idle, policy: toDisk })).toMatchObject({ kind: "disk", reason: "policy p says so: disk" });
    expect(decideBoot({ ...idle, policy: { name: "p", action: "wait" } }).kind).toBe("wait");
    expect(decideBoot({ ...idle, policy: { name: "p", action: "inspect" } })).toMatchObject({ task: "inspect" });
    expect(decideBoot({ ...idle, task: "wipe", policy: toDisk })).toMatchObject({ task: "wipe" });
    const inspects = { name: "p", action: "inspect" } as const;
    expect(decideBoot({ ...idle, lastDone: "install", policy: inspects }).kind).toBe("disk");
    expect(decideBoot({ ...idle, machine: "in-use", policy: inspects }).kind).toBe("disk");
    expect(decideBoot({ ...idle, machine: "retired", policy: inspects }).kind).toBe("disk");
  });
});
