import { dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { VolumeRef } from "../providers/provider.ts";
import type { ServerWorld } from "../servers/world.ts";

export interface VmRetire {
  readonly serverId: string;
  readonly hostId: string;
  readonly vm: string;
  readonly volumes: readonly VolumeRef[];
}

const GONE = { none: "what is removed does not come back; the workflow parks instead" } as const;

export const beginRetire = dbStep({
  name: "begin",
  run: (tx, i: { serverId: string }, deps: ServerWorld) => deps.moveServer(tx, i.serverId, "retire"),
  undo: GONE,
});

const removeVm = step({
  name: "remove-vm",
  run: async (deps: ServerWorld & StepCall, i: VmRetire) => (await deps.host(i.hostId)).vms.remove(i.vm, deps),
  undo: GONE,
});

const removeDisks = step({
  name: "remove-disks",
  run: async (deps: ServerWorld & StepCall, i: VmRetire) => {
    const { volumes } = await deps.host(i.hostId);
    for (const volume of i.volumes) await volumes.remove(volume, deps);
  },
  undo: GONE,
});

export const markRetired = dbStep({
  name: "mark-retired",
  run: async (tx, i: { serverId: string }, deps: ServerWorld) => {
    await deps.markVolumes(tx, i.serverId, "removed");
    await deps.moveServer(tx, i.serverId, "done");
  },
  undo: GONE,
});

export const vmRetire = workflow({
  name: "vm-retire",
  onFailure: "park",
  steps: [beginRetire, removeVm, removeDisks, markRetired],
  async run(wf, input: VmRetire) {
    const server = { serverId: input.serverId };
    await wf.do(beginRetire, server);
    await wf.do(removeVm, input);
    await wf.do(removeDisks, input);
    await wf.do(markRetired, server);
  },
});
