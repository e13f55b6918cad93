import { dbStep, workflow } from "../kernel/workflow/workflow.ts";
import { nextLeaseMoment } from "../services/rules.ts";
import type { ServiceWorld } from "./world.ts";

export interface Lease {
  readonly serviceId: string;
  readonly endsAt: string;
}

/** Sent when the end date moves, or when the service goes before it. */
export type LeaseMessage = { readonly endsAt: string } | { readonly stop: true };

const warn = dbStep({
  name: "warn-owner",
  run: (tx, i: Lease, deps: ServiceWorld) => deps.warnOwner(tx, i.serviceId, i.endsAt),
  undo: { none: "a warning can't be unsaid" },
});

const end = dbStep({
  name: "end-lease",
  run: (tx, i: Lease, deps: ServiceWorld) => deps.endLease(tx, i.serviceId),
  undo: { none: "the last step: nothing after it can fail" },
});

/** Watches over one lease: warns the owner, follows a moved end date, and does at the end what the policy says. */
export const serviceLease = workflow({
  name: "service-lease",
  onFailure: "park",
  steps: [warn, end],
  async run(wf, input: Lease) {
    let lease = input;
    for (;;) {
      const next = nextLeaseMoment(new Date(lease.endsAt), await wf.now());
      const message = await wf.waitFor<LeaseMessage>("lease", { what: `lease until ${lease.endsAt}`, until: next.at });
      if (message !== null && "stop" in message) return;
      if (message !== null) lease = { ...lease, endsAt: message.endsAt };
      else if (next.what === "warn") await wf.do(warn, lease);
      else return void (await wf.do(end, lease));
    }
  },
});
