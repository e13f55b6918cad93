import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { AppError, ProviderError } from "../kernel/errors.ts";
import type { Reconciler } from "../kernel/schedule/reconcile.ts";
import { lookAtHost, observeHost } from "./host-observe.ts";
import type { SyncDeps } from "./machine-sync.ts";
import { forEachOf, PER_PASS } from "./sync-rules.ts";

const EVERY_MS = 60_000;
const LOOK_MS = 20_000;
const AGAIN_AFTER_MS = 5_000;

/** Keeps up with hosts: what they have, and whether they answer. One that does not takes no new servers. */
export function hostSync({ db, providers, log }: SyncDeps): Reconciler {
  return {
    name: "host-sync",
    everyMs: EVERY_MS,
    async pass(signal) {
      const hosts = await db
        .selectFrom("host")
        .select(["id", "state"])
        .where("state", "<>", "retired")
        .orderBy(sql`observed_at nulls first`)
        .limit(PER_PASS)
        .execute();
      const seen = { checked: 0, changed: 0, failed: 0 };
      await forEachOf(hosts, async ({ id, state: before }) => {
        if (signal.aborted) return;
        seen.checked += 1;
        const lookedAt = new Date();
        try {
          const facts = await lookTwice({ providers, log }, id, signal);
          if ((await observeHost(db, id, facts)).state !== before) seen.changed += 1;
        } catch (error) {
          seen.failed += 1;
          log.warn("host could not be looked at", { hostId: id, error });
          // A pass that is ended is no sign of a host that is gone, nor is a mistake of ours.
          const isSilent =
            error instanceof ProviderError || (error instanceof AppError && error.code === "unavailable");
          if (signal.aborted || !isSilent) return;
          if ((await observeHost(db, id, null, lookedAt)).state !== before) seen.changed += 1;
        }
      });
      return seen;
    },
  };
}

/** A hypervisor that restarts is back in a moment; taken for silent, it would take no servers until the next pass. */
async function lookTwice({ providers, log }: Pick<SyncDeps, "providers" | "log">, id: string, signal: AbortSignal) {
  const look = async () =>
    lookAtHost(await providers.forHost(id), { signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) });
  try {
    return await look();
  } catch (error) {
    log.info("host did not answer; it is looked at again", { hostId: id, error });
    await sleep(AGAIN_AFTER_MS, undefined, { signal });
    return look();
  }
}
