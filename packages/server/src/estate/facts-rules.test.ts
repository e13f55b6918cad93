import { describe, expect, it } from "vitest";
import { planFacts } from "./facts-rules.ts";

const blank = {
  provider: null,
  manufacturer: null,
  model: null,
  serial: null,
  uuid: null,
  asset_tag: null,
  firmware: null,
  cores: null,
  memory_mib: null,
  nics: [],
  disks: [],
};
const managed = {
  ...blank,
  provider: "redfish",
  serial: "A1",
  cores: 8,
  nics: [{ id: "nic1", mac: "52:54:00:00:00:01" }],
};

describe("what is written down of what was seen", () => {
  it("believes a management controller over what was known", () => {
    const change = planFacts(managed, { serial: "B2", cores: 16, health: "warning" }, "controller");
    expect(change).toEqual({ serial: "B2", cores: 16, health: "warning" });
  });

  it("lets the service OS fill gaps of a managed machine, and change nothing there", () => {
    const change = planFacts(
      managed,
      { serial: "B2", cores: 16, memoryMiB: 4096, nics: [{ id: "eth0", mac: "52:54:00:00:00:99" }], health: "ok" },
      "agent",
    );
    expect(change).toEqual({ memory_mib: 4096 });
  });

  it("takes all from the service OS where there is no controller", () => {
    const change = planFacts(
      { ...blank, cores: 2 },
      { cores: 4, nics: [{ id: "eth0", mac: "52:54:00:AA:00:01" }] },
      "agent",
    );
    expect(change).toEqual({ cores: 4, nics: JSON.stringify([{ id: "eth0", mac: "52:54:00:aa:00:01" }]) });
  });

  it.each([
    ["an empty text", { serial: "  " }],
    ["what a maker forgot to fill in", { serial: "To Be Filled By O.E.M." }],
    ["a serial of zeros", { serial: "00000000" }],
    ["cores that are no count", { cores: -1 }],
    ["memory beyond belief", { memoryMiB: 2 ** 40 }],
    ["a list of nothing", { nics: [], disks: [] }],
  ])("leaves out %s", (_what, seen) => {
    expect(planFacts(blank, seen, "controller")).toEqual({});
  });

  it("keeps control characters and endless texts out of the records", () => {
    const change = planFacts(blank, { model: `a\u0000b\nc${"x".repeat(1000)}` }, "controller");
    expect(change.model).toHaveLength(200);
    expect(change.model).toMatch(/^a b c/);
  });
});
