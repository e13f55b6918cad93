import type { Reconciler } from "../kernel/schedule/reconcile.ts";
import { cutAudit } from "./retention.ts";
import { type ChainDeps, sealAudit } from "./seal.ts";

const LOOK_AT_ALL_MS = 3_600_000;

/** Gives rows their place in the chain, in one order: by one controller at a time, so that commits need not wait. */
export function auditSync(deps: ChainDeps): Reconciler {
  let lookedAtAllAt = 0;
  return {
    name: "audit-sync",
    everyMs: 5_000,
    async pass(signal) {
      const isWhole = Date.now() - lookedAtAllAt > LOOK_AT_ALL_MS;
      const sealed = await sealAudit(deps, { isWhole, signal });
      if (!isWhole) return { checked: sealed, changed: 0, failed: 0 };
      const dropped = await cutAudit(deps);
      lookedAtAllAt = Date.now();
      return { checked: sealed, changed: dropped, failed: 0 };
    },
  };
}
