import { sql } from "kysely";
import type { Db } from "../kernel/db/db.ts";
import type { Log } from "../kernel/log.ts";
import type { Reconciler } from "../kernel/schedule/reconcile.ts";
import type { PowerState } from "../providers/provider.ts";
import type { ProviderPool } from "./providers.ts";
import { forEachOf, PER_PASS } from "./sync-rules.ts";

export interface SyncDeps {
  readonly db: Db;
  readonly providers: Pick<ProviderPool, "forMachine" | "forHost">;
  readonly log: Log;
}

const EVERY_MS = 60_000;
const READ_MS = 20_000;

/** Keeps up with the power of machines: observed, and never changed, as who uses a machine decides about its power. */
export function machineSync({ db, providers, log }: SyncDeps): Reconciler {
  return {
    name: "machine-sync",
    everyMs: EVERY_MS,
    async pass(signal) {
      const machines = await db
        .selectFrom("machine")
        .select(["id", "power_observed"])
        .where("provider", "is not", null)
        .where("state", "<>", "retired")
        .orderBy(sql`power_observed_at nulls first`)
        .limit(PER_PASS)
        .execute();
      const seen = { checked: 0, changed: 0, failed: 0 };
      const observed = new Map<PowerState, string[]>([
        ["on", []],
        ["off", []],
        ["unknown", []],
      ]);
      await forEachOf(machines, async ({ id, power_observed: before }) => {
        if (signal.aborted) return;
        seen.checked += 1;
        const power = await readPower(providers, id, signal).catch((error: unknown): PowerState => {
          // One silent controller must not starve the rest; the next pass asks again.
          seen.failed += 1;
          log.warn("machine's power could not be read", { machineId: id, error });
          return "unknown";
        });
        if (power !== before) seen.changed += 1;
        observed.get(power)?.push(id);
      });
      for (const [power, ids] of observed) {
        if (ids.length === 0) continue;
        await db
          .updateTable("machine")
          .set({ power_observed: power, power_observed_at: new Date() })
          .where("id", "in", ids)
          .execute();
      }
      return seen;
    },
  };
}

async function readPower(
  providers: Pick<ProviderPool, "forMachine">,
  machineId: string,
  signal: AbortSignal,
): Promise<PowerState> {
  const { provider, system } = await providers.forMachine(machineId);
  const call = { signal: AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]) };
  return provider.power === undefined ? "unknown" : await provider.power.read(system, call);
}
