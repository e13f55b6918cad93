import { type Child, dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import { type BladeRetire, bladeRetire } from "../landing/blade-retire.ts";
import { type VmRetire, vmRetire } from "../landing/vm-retire.ts";
import type { HookRun, ServiceWorld } from "./world.ts";

export type RetirePlan =
  | { readonly kind: "virtual"; readonly title: string; readonly retire: VmRetire }
  | { readonly kind: "physical"; readonly title: string; readonly retire: BladeRetire };

export interface Retirement {
  readonly requestId: string;
  readonly serviceId: string;
  readonly servers: readonly RetirePlan[];
  readonly hooks: readonly HookRun[];
  /** Hooks that run once nothing is left. */
  readonly after: readonly HookRun[];
}

const GONE = { none: "what is removed does not come back; the workflow parks instead" } as const;

const begin = dbStep({
  name: "begin-retirement",
  run: (tx, i: Retirement, deps: ServiceWorld) => deps.stopLease(tx, i.serviceId),
  undo: GONE,
});

const runHook = step({
  name: "run-hook",
  timeoutMs: 15 * 60_000,
  attempts: 1,
  run: (deps: ServiceWorld & StepCall, i: HookRun) => deps.runHook(i, deps),
  undo: GONE,
});

const release = dbStep({
  name: "give-back",
  run: async (tx, i: Retirement, deps: ServiceWorld) => {
    await deps.releaseAll(tx, i.requestId);
    await deps.moveService(tx, i.serviceId, "done");
    await deps.moveRequest(tx, i.requestId, "end");
  },
  undo: GONE,
});

export const serviceRetire = workflow({
  name: "service-retire",
  onFailure: "park",
  steps: [begin, runHook, release],
  async run(wf, input: Retirement) {
    await wf.do(begin, input);
    for (const hook of input.hooks) await wf.do(runHook, hook);
    await wf.all(input.servers.map((server) => retireOf(wf.id, server)));
    await wf.do(release, input);
    for (const hook of input.after) await wf.do(runHook, hook);
  },
});

/** The retirement of a server, with an id that says of which operation it is a part: another attempt is another one. */
export function retireOf(parentId: string, server: RetirePlan): Child {
  const id = `${parentId}.${server.retire.serverId}`;
  switch (server.kind) {
    case "virtual":
      return { workflow: vmRetire, id, title: server.title, input: server.retire };
    case "physical":
      return { workflow: bladeRetire, id, title: server.title, input: server.retire };
  }
}

/** Which server an operation that `retireOf` made is about. */
export function retiredServerOf(operationId: string): string {
  return operationId.slice(operationId.lastIndexOf(".") + 1);
}
