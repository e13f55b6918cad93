import { describe, expect, it } from "vitest";
import { impactOf, neighbour, nextAfter, type Pool } from "./approval-rules.ts";

const NOW = new Date("2027-01-10T12:00:00Z");
const amounts = (machines: number, cores: number) => ({ machines, cores, memoryMiB: 8192, storageGiB: 100 });
const pool: Pool = {
  id: "5a1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b11",
  version: 1,
  name: "default",
  notes: null,
  order: 100,
  goal: "spread",
  machineCount: 6,
  hostCount: 2,
  total: amounts(6, 32),
  promised: amounts(3, 8),
  createdAt: "2027-01-01T00:00:00Z",
};
const physical = {
  id: "7c1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b12",
  name: "shop-db-1",
  group: "db",
  hostname: "dbshop",
  kind: "physical" as const,
  on: "blade-1",
  addresses: [],
  cores: 4,
  memoryMiB: 4096,
  disks: [],
};

describe("the impact of a request on its pool", () => {
  it("is part of what is promised once the request has begun", () => {
    const impact = impactOf(pool, { reserved: [physical], startsAt: "2027-01-10T11:00:00Z" }, NOW);
    expect(impact).toEqual([{ what: "Physical servers", unit: "", total: 6, without: 2, with: 3 }]);
  });

  it("comes on top before that", () => {
    const impact = impactOf(pool, { reserved: [physical], startsAt: "2027-01-11T00:00:00Z" }, NOW);
    expect(impact).toEqual([{ what: "Physical servers", unit: "", total: 6, without: 3, with: 4 }]);
  });

  it("counts of hosts what virtual servers take", () => {
    const virtual = { ...physical, kind: "virtual" as const, disks: [{ name: "system", sizeGiB: 10 }] };
    const impact = impactOf(pool, { reserved: [virtual], startsAt: "2027-01-11T00:00:00Z" }, NOW);
    expect(impact.map((row) => [row.what, row.without, row.with])).toEqual([
      ["Cores of hosts", 8, 12],
      ["Memory of hosts", 8, 12],
      ["Storage of hosts", 100, 110],
    ]);
  });
});

describe("the way through the list", () => {
  it("goes to the next, and at the end to the one before", () => {
    expect(nextAfter(["a", "b", "c"], "b")).toBe("c");
    expect(nextAfter(["a", "b"], "b")).toBe("a");
    expect(nextAfter(["a"], "a")).toBeNull();
  });

  it("stays within it", () => {
    expect(neighbour(["a", "b"], "b", 1)).toBe("b");
    expect(neighbour(["a", "b"], "a", -1)).toBe("a");
    expect(neighbour(["a", "b"], null, 1)).toBe("a");
    expect(neighbour([], null, 1)).toBeNull();
  });
});
