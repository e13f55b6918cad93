import { dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { ServerWorld } from "../servers/world.ts";
import { wipe } from "./blade-provision.ts";
import { beginRetire, markRetired } from "./vm-retire.ts";

export interface BladeRetire {
  readonly serverId: string;
  readonly machineId: string;
  readonly installId: string;
  readonly wipeId: string;
}

type Deps = ServerWorld & StepCall;
const GONE = { none: "what is wiped does not come back; the workflow parks instead" } as const;

const wipeDisk = step({
  name: "wipe-disk",
  timeoutMs: 30 * 60_000,
  attempts: 1,
  run: (deps: Deps, i: BladeRetire) => wipe(deps, i),
  undo: GONE,
});

const clearIdentity = step({
  name: "clear-identity",
  timeoutMs: 180_000,
  run: async (deps: Deps, i: BladeRetire) => {
    const machine = await deps.machine(i.machineId);
    await machine.power.off(machine.system, deps);
    await machine.identity?.clear(machine.system, deps);
    await machine.boot.setNext(machine.system, null, deps);
    await deps.withdrawDhcp(i.serverId, deps);
  },
  undo: GONE,
});

const releaseMachine = dbStep({
  name: "release-machine",
  run: async (tx, i: BladeRetire, deps: ServerWorld) => {
    await deps.bindProfile(tx, i.serverId, null);
    await deps.moveMachine(tx, i.machineId, "release", "clean again");
  },
  undo: GONE,
});

export const bladeRetire = workflow({
  name: "blade-retire",
  onFailure: "park",
  steps: [beginRetire, wipeDisk, clearIdentity, releaseMachine, markRetired],
  async run(wf, input: BladeRetire) {
    const server = { serverId: input.serverId };
    await wf.do(beginRetire, server);
    await wf.do(wipeDisk, input);
    await wf.do(clearIdentity, input);
    await wf.do(releaseMachine, input);
    await wf.do(markRetired, server);
  },
});
