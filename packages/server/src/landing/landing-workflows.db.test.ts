import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { exerciseWorkflow } from "../kernel/workflow/exercise.ts";
import { createBench } from "../kernel/workflow/exercise-bench.ts";
import type { AnyWorkflow } from "../kernel/workflow/runner.ts";
import { type ServerState, vmName } from "../servers/rules.ts";
import { type ServerPower, serverPower } from "../servers/server-power.ts";
import { type BladeProvision, bladeProvision } from "./blade-provision.ts";
import { bladeRetire } from "./blade-retire.ts";
import { type SmallWorld, smallWorld } from "./small-world.ts";
import { type VmProvision, vmProvision } from "./vm-provision.ts";
import { vmRetire } from "./vm-retire.ts";

const BLOCKS = { blocks: ["00"] };
const serverId = "0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e";
const vmInput: VmProvision = {
  serverId,
  hostId: "host",
  imageId: "image",
  disks: [{ pool: "default", name: "root", format: "qcow2", capacityBytes: 1024, base: null }],
  seed: { pool: "default", name: "seed" },
  vm: {
    name: "vm",
    uuid: serverId,
    serial: null,
    cores: 1,
    memoryMiB: 512,
    firmware: "bios",
    disks: [],
    nics: [],
    metadata: { serverId, token: "1" },
  },
};
const bladeInput: BladeProvision = {
  serverId,
  machineId: "machine",
  identity: { uuid: serverId, serial: null, macs: [] },
  installId: "install",
  wipeId: "wipe",
};
const powerOn: ServerPower = { serverId, action: "start", on: { kind: "host", id: "host" } };
const volumes = [
  { pool: "default", name: "root" },
  { pool: "default", name: "seed" },
];

const worldWith = <I extends object>({ world, seen, saveRows }: SmallWorld, input: I) => ({
  deps: world,
  seen,
  saveRows,
  input,
});

/** All that is seen but which deployments there have been: those that are over mean nothing any more. */
function snapshot({ seen }: Pick<SmallWorld, "seen">) {
  const { deployments, ...rest } = seen;
  return { ...rest, busy: [...deployments.values()].filter((deployment) => deployment.state === "waiting") };
}

describe("workflows of servers", { timeout: 180_000 }, () => {
  let test: TestDb;
  beforeAll(async () => {
    test = await createTestDb(BLOCKS);
  });
  afterAll(() => test.drop());

  const reserved = async (db: TestDb["db"]) => smallWorld(db, { id: serverId, state: "reserved" });

  /** Runs a workflow in a world, failing the named step once with what a person would read. */
  const runIn = async (small: SmallWorld, workflow: AnyWorkflow, input: object, failing?: string) => {
    let failed = false;
    const world =
      failing === undefined
        ? small.world
        : {
            ...small.world,
            reach: async () => {
              failed = true;
              throw new Error(failing);
            },
          };
    const bench = createBench({
      db: test.db,
      workflows: [{ workflow, deps: world }],
      messages: {},
      onMoment: () => undefined,
    });
    const id = randomUUID();
    await bench.start(workflow, id, input);
    const rest = await bench.drive(id);
    expect(failed).toBe(failing !== undefined);
    return rest.state;
  };

  it("CAP F1 vm-provision can repeat, fail or crash at any step and leaves nothing behind", async () => {
    await exerciseWorkflow(vmProvision, {
      ...BLOCKS,
      setUp: async (db) => worldWith(await reserved(db), vmInput),
      // The host keeps the image as a cache, which is no leftover; everything else goes.
      snapshot: (world) => snapshot(world),
    });
  });

  it("blade-provision can repeat, fail or crash at any step and leaves nothing behind", async () => {
    await exerciseWorkflow(bladeProvision, {
      ...BLOCKS,
      setUp: async (db) => worldWith(await reserved(db), bladeInput),
      snapshot: (world) => snapshot(world),
    });
  });

  const grown = async (db: TestDb["db"], state: ServerState = "active") => {
    const small = smallWorld(db, { id: serverId, state });
    small.seen.vms.set("vm", "on");
    for (const volume of volumes) small.seen.volumes.add(volume.name);
    small.seen.vms.set("bystander", "on");
    small.seen.volumes.add("bystander");
    Object.assign(small.seen, {
      machine: "in-use",
      profileOn: "machine",
      disk: "written",
      power: "on",
      macs: "profile",
      volumeRows: "present",
    });
    small.seen.dhcp.add(serverId);
    return small;
  };

  it("vm-retire goes on from wherever it was stopped, and removes what is the server's only", async () => {
    await exerciseWorkflow(vmRetire, {
      ...BLOCKS,
      goesBack: false,
      setUp: async (db) => worldWith(await grown(db), { serverId, hostId: "host", vm: "vm", volumes }),
      snapshot: (world) => snapshot(world),
    });
    const small = await grown(test.db);
    expect(await runIn(small, vmRetire, { serverId, hostId: "host", vm: "vm", volumes })).toBe("done");
    expect(small.seen).toMatchObject({ server: "retired", volumeRows: "removed" });
    expect([...small.seen.vms.keys(), ...small.seen.volumes]).toEqual(["bystander", "bystander"]);
  });

  const retire = { serverId, machineId: "machine", installId: "install", wipeId: "wipe" };

  it("blade-retire goes on from wherever it was stopped, and gives a blank machine back", async () => {
    await exerciseWorkflow(bladeRetire, {
      ...BLOCKS,
      goesBack: false,
      setUp: async (db) => worldWith(await grown(db), retire),
      snapshot: (world) => snapshot(world),
    });
    const small = await grown(test.db);
    expect(await runIn(small, bladeRetire, retire)).toBe("done");
    expect(small.seen).toMatchObject({
      server: "retired",
      machine: "available",
      disk: "blank",
      power: "off",
      macs: "factory",
      profileOn: null,
    });
    expect(small.seen.dhcp.size).toBe(0);
  });

  it("CAP D1 server-power goes on from wherever it was stopped, and touches nothing but the server's power", async () => {
    const asleep = async (db: TestDb["db"]) => {
      const small = await grown(db, "inactive");
      small.seen.vms.set("vm", "off");
      small.seen.vms.set(vmName(serverId), "off");
      return small;
    };
    await exerciseWorkflow(serverPower, {
      ...BLOCKS,
      setUp: async (db) => worldWith(await asleep(db), powerOn),
      // Power is not given back: whoever asked for it asks for the opposite.
      snapshot: (world) => ({ ...snapshot(world), vms: [...world.seen.vms.keys()] }),
    });
    const small = await asleep(test.db);
    expect(await runIn(small, serverPower, powerOn)).toBe("done");
    expect(small.seen.server).toBe("active");
    expect(small.seen.vms.get(vmName(serverId))).toBe("on");
    expect(small.seen.vms.get("vm")).toBe("off");
  });

  it("installs again and wipes again after an attempt that was undone", async () => {
    const small = await reserved(test.db);
    expect(await runIn(small, bladeProvision, bladeInput, "no answer over SSH")).toBe("failed");
    expect(small.seen).toMatchObject({ server: "reserved", machine: "available", disk: "blank" });
    expect(await runIn(small, bladeProvision, bladeInput)).toBe("done");
    expect(small.seen).toMatchObject({ server: "active", disk: "written" });
    expect(await runIn(small, bladeRetire, retire)).toBe("done");
    expect(small.seen).toMatchObject({ machine: "available", disk: "blank" });
  });

  it("gives a machine that can't be wiped to nobody", async () => {
    const provisioning = await reserved(test.db);
    provisioning.seen.serviceOs = "fails";
    expect(await runIn(provisioning, bladeProvision, bladeInput)).toBe("failed");
    expect(provisioning.seen).toMatchObject({ server: "reserved", machine: "failed", profileOn: null });

    const retiring = await grown(test.db);
    retiring.seen.serviceOs = "fails";
    expect(await runIn(retiring, bladeRetire, retire)).toBe("done");
    expect(retiring.seen).toMatchObject({ server: "retired", machine: "failed", disk: "written" });
  });
});
