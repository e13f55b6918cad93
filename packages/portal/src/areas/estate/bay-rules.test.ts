import { describe, expect, it } from "vitest";
import { bayAt, bayWords, chassisOf, fillBays, lookOf } from "./bay-rules.ts";

const machine = { state: "in-use", health: "ok", maintenance: false } as const;

describe("how a machine looks", () => {
  it.each([
    [{}, "good", "in use"],
    [{ state: "available" }, "idle", "free"],
    [{ state: "failed", maintenance: true }, "bad", "failed"],
    [{ health: "critical", maintenance: true }, "bad", "critical health"],
    [{ maintenance: true, health: "warning" }, "waiting", "maintenance"],
    [{ health: "warning" }, "waiting", "health warning"],
    [{ state: "cleaning" }, "busy", "cleaning"],
    [{ state: "enrolled" }, "waiting", "not inspected"],
  ] as const)("tells the worst of %o first", (change, tone, word) => {
    expect(lookOf({ ...machine, ...change })).toEqual({ tone, word });
  });
});

describe("the bays of an enclosure", () => {
  it.each([
    [1, 1, 1],
    [4, 4, 1],
    [8, 8, 1],
    [12, 8, 2],
    [16, 8, 2],
    [17, 16, 2],
    [1000, 16, 63],
  ])("%i of them stand in %i columns and %i rows", (bays, columns, rows) => {
    expect(chassisOf(bays)).toEqual({ columns, rows });
  });

  it("are walked through with the arrow keys, and not left by them", () => {
    const chassis = { columns: 8, bays: 12 };
    expect(bayAt(1, "ArrowRight", chassis)).toBe(2);
    expect(bayAt(1, "ArrowLeft", chassis)).toBeNull();
    expect(bayAt(2, "ArrowDown", chassis)).toBe(10);
    expect(bayAt(6, "ArrowDown", chassis)).toBeNull();
    expect(bayAt(10, "ArrowUp", chassis)).toBe(2);
    expect(bayAt(5, "End", chassis)).toBe(12);
    expect(bayAt(5, "a", chassis)).toBeNull();
  });

  it("are all there, also the empty ones", () => {
    expect(fillBays(2, [{ bay: 2, name: "b" }])).toEqual([
      { bay: 1, machine: null },
      { bay: 2, machine: { bay: 2, name: "b" } },
    ]);
  });

  it("say in words what is in them", () => {
    const power = { wanted: "on", observed: "unknown", observedAt: null } as const;
    const words = bayWords(3, { ...machine, name: "blade-3", server: "db-1", power });
    expect(words).toBe("Bay 3: blade-3, in use, power unknown, carries db-1");
    expect(bayWords(4, null)).toBe("Bay 4: empty");
  });
});
