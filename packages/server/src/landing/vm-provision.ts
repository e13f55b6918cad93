import { Readable } from "node:stream";

import { dbStep, step, workflow } from "../kernel/workflow/workflow.ts";
import type { VmSpec, VolumeRef, VolumeSpec } from "../providers/provider.ts";
import type { ServerWorld } from "../servers/world.ts";

/** All names and ids are chosen before; the seed's secrets are read when it is written, and never travel in here. */
export interface VmProvision {
  readonly serverId: string;
  readonly hostId: string;
  readonly imageId: string;
  readonly disks: readonly VolumeSpec[];
  readonly seed: VolumeRef;
  readonly vm: VmSpec;
}

const HALF_HOUR_MS = 30 * 60_000;
const SEED_BYTES_UNIT = 1024 * 1024;

export const begin = dbStep({
  name: "begin",
  run: (tx, i: { serverId: string }, deps: ServerWorld) => deps.moveServer(tx, i.serverId, "provision"),
  undo: (tx, i, deps) => deps.moveServer(tx, i.serverId, "undone"),
});

const placeImage = step({
  name: "place-image",
  timeoutMs: HALF_HOUR_MS,
  run: (deps: ServerWorld & { signal: AbortSignal }, i: VmProvision) => deps.placeImage(i.hostId, i.imageId, deps),
  undo: { none: "the image on the host serves all its servers and is kept as a cache" },
});

const makeDisks = step({
  name: "make-disks",
  run: async (deps: ServerWorld & { signal: AbortSignal }, i: VmProvision) => {
    const { volumes } = await deps.host(i.hostId);
    for (const disk of i.disks) await volumes.ensure(disk, deps);
  },
  undo: async (deps, i) => {
    const { volumes } = await deps.host(i.hostId);
    for (const disk of i.disks) await volumes.remove(disk, deps);
  },
});

const writeSeed = step({
  name: "write-seed",
  timeoutMs: 120_000,
  run: async (deps: ServerWorld & { signal: AbortSignal }, i: VmProvision) => {
    const { volumes } = await deps.host(i.hostId);
    const bytes = await deps.seed(i.serverId);
    const capacityBytes = Math.ceil(bytes.length / SEED_BYTES_UNIT) * SEED_BYTES_UNIT;
    await volumes.ensure({ ...i.seed, format: "raw", capacityBytes, base: null }, deps);
    await volumes.write(i.seed, { sizeBytes: bytes.length, open: () => Readable.from([bytes]) }, deps);
  },
  undo: async (deps, i) => (await deps.host(i.hostId)).volumes.remove(i.seed, deps),
});

// The VM is named after the server, so a retry finds the first attempt's VM instead of making another.
const defineVm = step({
  name: "define-vm",
  run: async (deps: ServerWorld & { signal: AbortSignal }, i: VmProvision) =>
    (await deps.host(i.hostId)).vms.ensure(i.vm, deps),
  undo: async (deps, i) => (await deps.host(i.hostId)).vms.remove(i.vm.name, deps),
});

const startVm = step({
  name: "start",
  run: async (deps: ServerWorld & { signal: AbortSignal }, i: VmProvision) =>
    (await deps.host(i.hostId)).power.on(i.vm.name, deps),
  undo: { none: "define-vm's undo stops the VM before it removes it" },
});

export const reachServer = step({
  name: "wait-for-ssh",
  timeoutMs: 15 * 60_000,
  attempts: 1,
  run: (deps: ServerWorld & { signal: AbortSignal }, i: { serverId: string }) => deps.reach(i.serverId, deps),
  undo: { none: "looking changes nothing" },
});

export const markActive = dbStep({
  name: "mark-active",
  run: async (tx, i: { serverId: string }, deps: ServerWorld) => {
    await deps.markVolumes(tx, i.serverId, "present");
    await deps.moveServer(tx, i.serverId, "done");
  },
  undo: async (tx, i, deps) => {
    await deps.markVolumes(tx, i.serverId, "planned");
    await deps.moveServer(tx, i.serverId, "reopen");
  },
});

export const vmProvision = workflow({
  name: "vm-provision",
  onFailure: "unwind",
  steps: [begin, placeImage, makeDisks, writeSeed, defineVm, startVm, reachServer, markActive],
  async run(wf, input: VmProvision) {
    const server = { serverId: input.serverId };
    await wf.do(begin, server);
    await wf.do(placeImage, input);
    await wf.do(makeDisks, input);
    await wf.do(writeSeed, input);
    await wf.do(defineVm, input);
    await wf.do(startVm, input);
    await wf.do(reachServer, server);
    await wf.do(markActive, server);
  },
});
