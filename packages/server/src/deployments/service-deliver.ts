import { AppError } from "../kernel/errors.ts";
import { type Child, dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import { type BladeProvision, bladeProvision } from "../landing/blade-provision.ts";
import { type VmProvision, vmProvision } from "../landing/vm-provision.ts";
import type { HookRun, ServiceWorld } from "./world.ts";

export type ServerPlan =
  | { readonly kind: "virtual"; readonly title: string; readonly provision: VmProvision }
  | { readonly kind: "physical"; readonly title: string; readonly provision: BladeProvision };

export interface Delivery {
  readonly requestId: string;
  readonly serviceId: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly servers: readonly ServerPlan[];
  /** Hooks that run before anything is made. */
  readonly before: readonly HookRun[];
  /** In the order in which they run, once all servers answer. */
  readonly hooks: readonly HookRun[];
  readonly onFailure: "unwind" | "park";
}

/** What approve, reject and withdraw send. */
export interface Verdict {
  readonly approved: boolean;
  readonly reason: string;
}

class NotApproved extends AppError {}

const hold = dbStep({
  name: "hold-reservation",
  // The reservation was made with the request itself, in one transaction; this step is there for its undo.
  run: async () => {},
  undo: async (tx, i: Delivery, deps: ServiceWorld) => {
    await deps.releaseAll(tx, i.requestId);
    await deps.moveService(tx, i.serviceId, "release");
    await deps.moveRequest(tx, i.requestId, "fail");
  },
});

const markDeploying = dbStep({
  name: "begin-deployment",
  run: async (tx, i: Delivery, deps: ServiceWorld) => {
    await deps.moveRequest(tx, i.requestId, "deploy");
    await deps.moveService(tx, i.serviceId, "deploy");
  },
  undo: { none: "hold-reservation's undo takes the request and the service back from any state" },
});

const runHook = step({
  name: "run-hook",
  timeoutMs: 15 * 60_000,
  attempts: 1,
  run: (deps: ServiceWorld & StepCall, i: HookRun) => deps.runHook(i, deps),
  undo: { none: "what a hook did inside a server goes with the server" },
});

const markActive = dbStep({
  name: "mark-active",
  run: async (tx, i: Delivery, deps: ServiceWorld) => {
    await deps.moveService(tx, i.serviceId, "done");
    await deps.moveRequest(tx, i.requestId, "done");
    await deps.startLease(tx, i.serviceId);
  },
  undo: { none: "the last step: nothing after it can fail" },
});

export const serviceDeliver = workflow({
  name: "service-deliver",
  // A refusal is nobody's failure: there is nothing to wait for a person with.
  onFailure: (input: Delivery, error) => (error instanceof NotApproved ? "unwind" : input.onFailure),
  steps: [hold, markDeploying, runHook, markActive],
  async run(wf, input: Delivery) {
    await wf.do(hold, input);
    const verdict = await wf.waitFor<Verdict>("verdict", { what: "approval", until: new Date(input.endsAt) });
    if (verdict === null) throw new NotApproved("conflict", "nobody approved the request before its end date");
    if (!verdict.approved) throw new NotApproved("conflict", verdict.reason);
    await wf.waitUntil(new Date(input.startsAt), "start date");
    await wf.do(markDeploying, input);
    for (const hook of input.before) await wf.do(runHook, hook);
    await wf.all(input.servers.map(provisionOf));
    for (const hook of input.hooks) await wf.do(runHook, hook);
    await wf.do(markActive, input);
  },
});

function provisionOf(server: ServerPlan): Child {
  const id = server.provision.serverId;
  switch (server.kind) {
    case "virtual":
      return { workflow: vmProvision, id, title: server.title, input: server.provision };
    case "physical":
      return { workflow: bladeProvision, id, title: server.title, input: server.provision };
  }
}
