import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChange } from "./change.ts";
import type { Demand, Placement } from "./demand.ts";
import type { HostCandidate, MachineCandidate, NetworkCandidate, Picture } from "./picture.ts";
import { place } from "./place.ts";

const GIB = 1024 ** 3;
const SITES = ["north", "south"] as const;
const NETWORKS: NetworkCandidate[] = [
  { id: "n-lan", name: "lan", siteId: "north" },
  { id: "n-storage", name: "storage", siteId: "north" },
  { id: "s-lan", name: "south-lan", siteId: "south" },
];

const barred = fc.option(fc.constantFrom("is in maintenance", "is failed, not available"), { freq: 5, nil: null });
const firmware = fc.option(fc.constantFrom("bios" as const, "uefi" as const), { nil: null });

const machineArb = (i: number): fc.Arbitrary<MachineCandidate> =>
  fc.record({
    id: fc.constant(`m${i}`),
    name: fc.constant(`blade-${i}`),
    siteId: fc.constantFrom(...SITES),
    cores: fc.integer({ min: 1, max: 16 }),
    memoryMiB: fc.integer({ min: 1, max: 32 }).map((gib) => gib * 1024),
    firmware,
    disks: fc
      .array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 })
      .map((sizes) => sizes.map((size, d) => ({ id: `disk${d}`, sizeBytes: size * GIB }))),
    nicCount: fc.integer({ min: 0, max: 4 }),
    barred,
  });

const hostArb = (i: number): fc.Arbitrary<HostCandidate> =>
  fc.record({
    id: fc.constant(`h${i}`),
    name: fc.constant(`host-${i}`),
    siteId: fc.constantFrom(...SITES),
    cores: fc.integer({ min: 1, max: 32 }),
    memoryMiB: fc.integer({ min: 1, max: 64 }).map((gib) => gib * 1024),
    storageGiB: fc.integer({ min: 0, max: 500 }),
    used: fc.record({
      cores: fc.integer({ min: 0, max: 16 }),
      memoryMiB: fc.integer({ min: 0, max: 32_768 }),
      storageGiB: fc.integer({ min: 0, max: 200 }),
    }),
    networks: fc.subarray(NETWORKS.map((network) => network.name)),
    barred,
  });

const many = <T>(make: (i: number) => fc.Arbitrary<T>, max: number) =>
  fc.integer({ min: 0, max }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => make(i))));

const pictureArb: fc.Arbitrary<Picture> = fc.record({
  poolId: fc.constant("p"),
  pool: fc.constant("gold"),
  goal: fc.constantFrom("best-fit" as const, "spread" as const),
  machines: many(machineArb, 6),
  hosts: many(hostArb, 5),
  networks: fc.constant(NETWORKS),
});

const demandArb = (i: number): fc.Arbitrary<Demand> =>
  fc.record({
    serverId: fc.constant(`s${i}`),
    name: fc.constant(`shop-${i}`),
    group: fc.constantFrom("app", "db"),
    kind: fc.constantFrom("physical" as const, "virtual" as const, "either" as const),
    cores: fc.integer({ min: 1, max: 12 }),
    memoryMiB: fc.integer({ min: 1, max: 24 }).map((gib) => gib * 1024),
    firmware,
    disks: fc
      .array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 })
      .map((sizes) =>
        sizes.map((sizeGiB, d) => ({ name: `d${d}`, sizeGiB, role: d === 0 ? ("boot" as const) : ("data" as const) })),
      ),
    networkIds: fc.constantFrom<string[]>([], ["n-lan"], ["n-lan", "n-storage"], ["s-lan"]),
    goal: fc.option(fc.constantFrom("best-fit" as const, "spread" as const), { nil: null }),
  });

const demandsArb = many(demandArb, 6).filter((demands) => demands.length > 0);
const RUNS = { numRuns: 1_000 };

/** Everything that must hold of an outcome, whatever the algorithm: what a person would check by hand. */
function expectSound(picture: Picture, demands: readonly Demand[], placed: readonly Placement[]): void {
  expect(placed.map((placement) => placement.serverId)).toEqual(demands.map((demand) => demand.serverId));
  const pairs = demands.map((demand, i) => ({ demand, placement: placed[i] as Placement }));
  for (const { demand, placement } of pairs) {
    expect((placement.machineId === null) !== (placement.hostId === null)).toBe(true);
    expect(placement.kind).toBe(placement.machineId === null ? "virtual" : "physical");
    if (demand.kind !== "either") expect(placement.kind).toBe(demand.kind);
    for (const id of demand.networkIds)
      expect(picture.networks.find((network) => network.id === id)?.siteId).toBe(placement.siteId);
  }
  for (const machine of picture.machines) {
    const here = pairs.filter(({ placement }) => placement.machineId === machine.id);
    expect(here.length).toBeLessThanOrEqual(1);
    for (const { demand, placement } of here) {
      expect(machine.barred).toBeNull();
      expect(machine.cores).toBeGreaterThanOrEqual(demand.cores);
      expect(machine.memoryMiB).toBeGreaterThanOrEqual(demand.memoryMiB);
      expect(machine.nicCount).toBeGreaterThanOrEqual(demand.networkIds.length);
      if (demand.firmware !== null && machine.firmware !== null) expect(machine.firmware).toBe(demand.firmware);
      const used = placement.disks.map((disk) => disk.on);
      expect(new Set(used).size).toBe(demand.disks.length);
      for (const disk of demand.disks) {
        const on = placement.disks.find((chosen) => chosen.name === disk.name)?.on;
        const real = machine.disks.find((candidate) => candidate.id === on);
        expect(real?.sizeBytes).toBeGreaterThanOrEqual(disk.sizeGiB * GIB);
      }
    }
  }
  for (const host of picture.hosts) {
    const here = pairs.filter(({ placement }) => placement.hostId === host.id).map(({ demand }) => demand);
    if (here.length === 0) continue;
    const sum = (of: (demand: Demand) => number) => here.reduce((total, demand) => total + of(demand), 0);
    expect(host.barred).toBeNull();
    expect(host.used.cores + sum((demand) => demand.cores)).toBeLessThanOrEqual(host.cores);
    expect(host.used.memoryMiB + sum((demand) => demand.memoryMiB)).toBeLessThanOrEqual(host.memoryMiB);
    const storage = sum((demand) => demand.disks.reduce((total, disk) => total + disk.sizeGiB, 0));
    expect(host.used.storageGiB + storage).toBeLessThanOrEqual(host.storageGiB);
    for (const id of here.flatMap((demand) => demand.networkIds))
      expect(host.networks).toContain(picture.networks.find((network) => network.id === id)?.name);
  }
}

describe("place, whatever the pool and the wish", () => {
  it("never promises more than there is, and keeps kinds, networks, sites, disks and firmware", () => {
    fc.assert(
      fc.property(pictureArb, demandsArb, (picture, demands) => {
        const outcome = place(picture, demands);
        if ("placed" in outcome) expectSound(picture, demands, outcome.placed);
      }),
      RUNS,
    );
  });

  it("gives the same answer to the same question, in whatever order the pool lists its members", () => {
    fc.assert(
      fc.property(pictureArb, demandsArb, (picture, demands) => {
        const first = place(picture, demands);
        expect(place(structuredClone(picture), structuredClone(demands))).toEqual(first);
        const turned = { ...picture, machines: picture.machines.toReversed(), hosts: picture.hosts.toReversed() };
        const second = place(turned, demands);
        expect("placed" in second).toBe("placed" in first);
        if ("placed" in first && "placed" in second)
          expect(second.placed.map((placement) => placement.on)).toEqual(first.placed.map((placement) => placement.on));
      }),
      RUNS,
    );
  });

  it("refuses with a reason for each candidate, of which none fits", () => {
    fc.assert(
      fc.property(pictureArb, demandsArb, (picture, demands) => {
        const outcome = place(picture, demands);
        if ("placed" in outcome) return;
        expect(outcome.refused.length).toBeGreaterThan(0);
        for (const refusal of outcome.refused) {
          const machines = refusal.kind === "virtual" ? [] : picture.machines;
          const hosts = refusal.kind === "physical" ? [] : picture.hosts;
          expect(refusal.reasons.map((reason) => reason.candidate).sort()).toEqual(
            [...machines, ...hosts].map((candidate) => candidate.name).sort(),
          );
          for (const reason of refusal.reasons) expect(reason).toMatchObject({ fits: false, why: /\S/ });
        }
      }),
      RUNS,
    );
  });

  it("names only changes that truly would do, and at least one", () => {
    fc.assert(
      fc.property(pictureArb, demandsArb, (picture, demands) => {
        const outcome = place(picture, demands);
        if ("placed" in outcome) return;
        expect(outcome.changes.length).toBeGreaterThan(0);
        expect(outcome.missing).toHaveLength(outcome.changes.length);
        for (const change of outcome.changes) {
          const changed = applyChange(picture, change);
          const then = place(changed, demands);
          expect(then).toHaveProperty("placed");
          if ("placed" in then) expectSound(changed, demands, then.placed);
        }
      }),
      RUNS,
    );
  });

  it("gives reasons for what it chose: the chosen one fits, and every candidate was looked at", () => {
    fc.assert(
      fc.property(pictureArb, demandsArb, (picture, demands) => {
        const outcome = place(picture, demands);
        if ("refused" in outcome) return;
        for (const placement of outcome.placed)
          expect(placement.reasons).toContainEqual(expect.objectContaining({ candidate: placement.on, fits: true }));
      }),
      RUNS,
    );
  });
});

const host = (name: string, given: Partial<HostCandidate> = {}): HostCandidate => ({
  id: name,
  name,
  siteId: "north",
  cores: 8,
  memoryMiB: 8192,
  storageGiB: 100,
  used: { cores: 0, memoryMiB: 0, storageGiB: 0 },
  networks: ["lan"],
  barred: null,
  ...given,
});
const machine = (name: string, given: Partial<MachineCandidate> = {}): MachineCandidate => ({
  id: name,
  name,
  siteId: "north",
  cores: 8,
  memoryMiB: 8192,
  firmware: "bios",
  disks: [{ id: "disk0", sizeBytes: 50 * GIB }],
  nicCount: 2,
  barred: null,
  ...given,
});
const wish = (name: string, given: Partial<Demand> = {}): Demand => ({
  serverId: name,
  name,
  group: "app",
  kind: "virtual",
  cores: 2,
  memoryMiB: 2048,
  firmware: null,
  disks: [{ name: "system", sizeGiB: 10, role: "boot" }],
  networkIds: ["n-lan"],
  goal: null,
  ...given,
});
const pool = (given: Partial<Picture>): Picture => ({
  poolId: "p",
  pool: "gold",
  goal: "best-fit",
  machines: [],
  hosts: [],
  networks: NETWORKS,
  ...given,
});
const placesOf = (picture: Picture, demands: Demand[]) => {
  const outcome = place(picture, demands);
  return "placed" in outcome ? outcome.placed.map((placement) => placement.on) : outcome.missing;
};

describe("place", () => {
  it("takes the machine with the least waste", () => {
    const machines = [machine("big", { cores: 16 }), machine("just-right", { cores: 4 }), machine("mid")];
    expect(placesOf(pool({ machines }), [wish("db", { kind: "physical", cores: 4 })])).toEqual(["just-right"]);
  });

  it("fills hosts for best fit, keeps them apart for spread, and lets the group's goal win over the pool's", () => {
    const hosts = [host("a", { memoryMiB: 16_384 }), host("b", { memoryMiB: 6144 })];
    const two = [wish("one", { group: "x" }), wish("two", { group: "y" })];
    expect(placesOf(pool({ hosts }), two)).toEqual(["b", "b"]);
    expect(placesOf(pool({ hosts, goal: "spread" }), two)).toEqual(["a", "a"]);
    const even = [host("a"), host("b")];
    expect(new Set(placesOf(pool({ hosts: even, goal: "spread" }), two)).size).toBe(2);
    const own = two.map((demand) => ({ ...demand, goal: "best-fit" as const }));
    expect(new Set(placesOf(pool({ hosts: even, goal: "spread" }), own)).size).toBe(1);
  });

  it("keeps servers of one group on different hosts as long as there are enough", () => {
    const hosts = [host("a"), host("b")];
    const placed = placesOf(pool({ hosts }), [wish("app-1"), wish("app-2"), wish("app-3")]);
    expect(new Set(placed.slice(0, 2)).size).toBe(2);
    expect(placed).toHaveLength(3);
  });

  it("prefers a host for what may be either, and takes a machine when no host has room", () => {
    const picture = pool({ hosts: [host("a", { cores: 2 })], machines: [machine("m")] });
    expect(placesOf(picture, [wish("one", { kind: "either" })])).toEqual(["a"]);
    expect(placesOf(picture, [wish("one", { kind: "either" }), wish("two", { kind: "either" })])).toEqual(["a", "m"]);
  });

  it.each([
    ["has too few cores", { cores: 1 }, "needs 2 cores, has 1"],
    ["has too little memory", { memoryMiB: 1024 }, "needs 2048 MiB of memory, has 1024 MiB"],
    ["has too few NICs", { nicCount: 0 }, "needs 1 NICs, has 0"],
    ["has the other firmware", { firmware: "uefi" as const }, "needs BIOS firmware, has UEFI"],
    ["is elsewhere", { siteId: "south" }, "does not reach network lan"],
    ["has no disk", { disks: [] }, "needs 1 disks, has 0"],
    [
      "has too small a disk",
      { disks: [{ id: "d", sizeBytes: GIB }] },
      "needs a disk of 10 GiB for system, has none free that large",
    ],
    ["is barred", { barred: "is in maintenance" }, "is in maintenance"],
  ])("says so of a machine that %s", (_, given, why) => {
    const outcome = place(pool({ machines: [machine("m", given)] }), [
      wish("db", { kind: "physical", firmware: "bios" }),
    ]);
    expect(outcome).toMatchObject({ refused: [{ server: "db", reasons: [{ candidate: "m", fits: false, why }] }] });
  });

  it.each([
    [
      "grows a host",
      pool({ hosts: [host("a", { cores: 1 })] }),
      [wish("x")],
      ["pool gold would hold it with 1 core more on host a"],
    ],
    [
      "asks for another host",
      pool({}),
      [wish("x"), wish("y")],
      [
        "pool gold would hold it with another host with 4 cores, 4 GiB of memory, 20 GiB of storage free, joined to lan",
      ],
    ],
    [
      "asks for machines",
      pool({}),
      [wish("x", { kind: "physical" }), wish("y", { kind: "physical" })],
      ["pool gold would hold it with 2 more machines with 2 cores, 2 GiB of memory, a disk of 10 GiB"],
    ],
    [
      "names what is only in maintenance first",
      pool({ hosts: [host("a", { barred: "is in maintenance" })] }),
      [wish("x")],
      [
        "pool gold would hold it if this were over: a is in maintenance",
        "pool gold would hold it with another host with 2 cores, 2 GiB of memory, 10 GiB of storage free, joined to lan",
      ],
    ],
    [
      "says that a network is not the pool's",
      pool({ hosts: [host("a")], networks: [] }),
      [wish("x")],
      ["pool gold lacks networks that x joins: give them to it first"],
    ],
    [
      "says that no server stands in two sites",
      pool({ hosts: [host("a")] }),
      [wish("x", { networkIds: ["n-lan", "s-lan"] })],
      ["x joins networks of several sites, and no machine or host stands in two"],
    ],
  ])("%s", (_, picture, demands, missing) => {
    expect(placesOf(picture, demands)).toEqual(missing);
  });
});

describe("place, in a large pool", () => {
  const machines = Array.from({ length: 3_000 }, (_, i) => machine(`m${String(i).padStart(4, "0")}`));
  const group = Array.from({ length: 200 }, (_, i) => wish(`db-${i}`, { kind: "physical" }));

  it("names the chosen one and a few others with each server, and how many more there were", () => {
    const outcome = place(pool({ machines: [...machines, machine("small", { cores: 1 })] }), group);
    if ("refused" in outcome) throw new Error("it fits");
    expect(new Set(outcome.placed.map((placement) => placement.machineId)).size).toBe(200);
    for (const { reasons, on } of outcome.placed) {
      expect(reasons[0]).toMatchObject({ candidate: on, fits: true });
      expect(reasons.length).toBeLessThan(100);
      expect(reasons.at(-1)?.candidate).toMatch(/^29\d\d more$/);
    }
    const last = outcome.placed.at(-1)?.reasons ?? [];
    expect(last).toContainEqual({ candidate: "m0000", fits: false, why: "is taken by db-0 of the same request" });
  });

  it("refuses with some misfits and their number", () => {
    const outcome = place(pool({ machines }), [wish("db", { kind: "physical", cores: 99 })]);
    if ("placed" in outcome) throw new Error("it does not fit");
    expect(outcome.refused[0]?.reasons.at(0)).toMatchObject({ candidate: "m0000", why: "needs 99 cores, has 8" });
    expect(outcome.refused[0]?.reasons.at(-1)).toMatchObject({ candidate: "2950 more", fits: false });
  });
});
