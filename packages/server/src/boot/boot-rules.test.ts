import { describe, expect, it } from "vitest";
import { type BootFacts, chooseDisk, decideBoot, doubtOf } from "./boot-rules.ts";

const GIB = 1024 ** 3;

describe("what a machine boots (CAP G1)", () => {
  const idle: BootFacts = { task: null, lastDone: null, machine: "idle", doubt: null };

  it.each<[string, Partial<BootFacts>, string]>([
    ["nothing known: the service OS inspects it", {}, "inspect"],
    ["an installation waits", { task: "install" }, "install"],
    ["an installation waits, though a system is on the disk", { task: "install", lastDone: "install" }, "install"],
    ["a wipe waits on a machine in use", { task: "wipe", lastDone: "install", machine: "in-use" }, "wipe"],
    ["it was installed", { lastDone: "install", machine: "in-use" }, "disk"],
    ["it was wiped", { lastDone: "wipe" }, "inspect"],
    ["its installation failed after a wipe", { lastDone: "wipe", machine: "in-use" }, "inspect"],
    ["it is in use, and never by us", { machine: "in-use" }, "disk"],
    ["it is retired", { machine: "retired" }, "disk"],
    ["somebody else asks for its deployment", { task: "install", doubt: "wrong address" }, "wait"],
    ["somebody else asks, and it runs a system", { task: "wipe", doubt: "wrong address", lastDone: "install" }, "wait"],
  ])("%s", (_case, facts, expected) => {
    const choice = decideBoot({ ...idle, ...facts });
    expect(choice.kind === "service-os" ? choice.task : choice.kind).toBe(expected);
  });

  it("never lets the service OS on to a disk that may hold a system, without a deployment that says so", () => {
    for (const lastDone of ["install", null] as const) {
      expect(decideBoot({ ...idle, machine: "in-use", lastDone }).kind).toBe("disk");
    }
  });
});

describe("who may have a deployment's token", () => {
  const profile = [
    { mac: "52:54:00:00:00:01", ip: "10.77.1.11" },
    { mac: "52:54:00:00:00:02", ip: null },
  ];

  it("is the card and address of the profile", () => {
    expect(doubtOf({ mac: "52:54:00:00:00:01", peer: "10.77.1.11" }, profile)).toBeNull();
    expect(doubtOf({ mac: "52:54:00:00:00:02", peer: "10.77.1.99" }, profile)).toBeNull();
    expect(doubtOf({ mac: "52:54:00:00:00:09", peer: "10.77.1.99" }, [])).toBeNull();
  });

  it("is not a spoofed card, nor the right one from elsewhere", () => {
    expect(doubtOf({ mac: "52:54:00:00:00:01", peer: "10.77.1.200" }, profile)).toContain("10.77.1.200");
    expect(doubtOf({ mac: "52:54:00:00:00:03", peer: "10.77.1.11" }, profile)).toContain("52:54:00:00:00:03");
  });
});

describe("the disk that is written", () => {
  const needBytes = GIB;
  const one = [{ id: "vda", sizeBytes: 4 * GIB }];
  const two = [
    { id: "sda", sizeBytes: 4 * GIB },
    { id: "sdb", sizeBytes: 8 * GIB },
  ];

  it.each([
    ["the one of that name", two, { name: "sdb", known: [] }, "sdb"],
    ["the only one, whatever it is called", one, { name: "disk-1", known: [] }, "vda"],
    ["the only one, when none was named", one, { name: null, known: [] }, "vda"],
    [
      "the one of that size",
      two,
      {
        name: "d2",
        known: [
          { id: "d1", sizeBytes: 4 * GIB },
          { id: "d2", sizeBytes: 8 * GIB },
        ],
      },
      "sdb",
    ],
    [
      "the one in that place, where sizes are alike",
      [
        { id: "sda", sizeBytes: 4 * GIB },
        { id: "sdb", sizeBytes: 4 * GIB },
      ],
      {
        name: "d2",
        known: [
          { id: "d1", sizeBytes: 4 * GIB },
          { id: "d2", sizeBytes: 4 * GIB },
        ],
      },
      "sdb",
    ],
    ["none, when none was named and two would do", two, { name: null, known: [] }, null],
    ["none, when an unknown one was named", two, { name: "d9", known: [] }, null],
    ["none that is too small", [{ id: "vda", sizeBytes: GIB / 2 }], { name: "vda", known: [] }, null],
    ["none of none", [], { name: "vda", known: [] }, null],
  ])("is %s", (_case, seen, wanted, expected) => {
    expect(chooseDisk(seen, { ...wanted, needBytes })).toBe(expected);
  });
});
