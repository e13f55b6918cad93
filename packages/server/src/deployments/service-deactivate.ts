import { type Child, dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import { type RetirePlan, retireOf } from "./service-retire.ts";
import type { ServiceWorld } from "./world.ts";

export interface Deactivation {
  readonly serviceId: string;
  /** Machines are given back: their servers are wiped and gone. */
  readonly physical: readonly RetirePlan[];
  /** VMs are kept, switched off. */
  readonly virtual: readonly string[];
}

const stopVm = step({
  name: "stop-vm",
  timeoutMs: 120_000,
  run: (deps: ServiceWorld & StepCall, i: { serverId: string }) => deps.stopVm(i.serverId, deps),
  undo: { none: "the lease has ended; the workflow parks instead" },
});

const finish = dbStep({
  name: "give-back-machines",
  run: async (tx, i: Deactivation, deps: ServiceWorld) => {
    for (const serverId of i.virtual) await deps.deactivateServer(tx, serverId);
    for (const server of i.physical) await deps.releaseServer(tx, server.retire.serverId);
    await deps.moveService(tx, i.serviceId, "deactivate");
  },
  undo: { none: "the last step: nothing after it can fail" },
});

/** The default at the end of a lease: VMs are switched off and kept, machines go back to their pools. */
export const serviceDeactivate = workflow({
  name: "service-deactivate",
  onFailure: "park",
  steps: [stopVm, finish],
  async run(wf, input: Deactivation) {
    for (const serverId of input.virtual) await wf.do(stopVm, { serverId });
    const children: Child[] = input.physical.map((server) => retireOf(wf.id, server));
    await wf.all(children);
    await wf.do(finish, input);
  },
});
