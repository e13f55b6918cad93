import { audit, SYSTEM_ACTOR } from "../audit/audit.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Call, HostFacts, Provider } from "../providers/provider.ts";
import { type HostState, judgeHost, nextHostState } from "./host-rules.ts";
import { wrongField } from "./places.ts";

const GIB = 1024 ** 3;

/** Asks a hypervisor what its host has. */
export async function lookAtHost(provider: Provider, call: Call): Promise<HostFacts> {
  if (provider.vms === undefined || provider.volumes === undefined) {
    throw wrongField("provider", `${provider.type} runs no virtual machines`);
  }
  return provider.vms.facts(call);
}

/** The columns that a hypervisor's answer changes. */
export function hostFactsChange(facts: HostFacts, storagePool: string) {
  const pool = facts.storagePools.find(({ name }) => name === storagePool);
  return {
    hypervisor: facts.hypervisor,
    hypervisor_version: facts.version,
    technique: facts.technique,
    cores: facts.cores,
    memory_mib: Math.floor(facts.memoryMiB),
    ...(pool === undefined ? {} : { storage_gib: Math.floor(pool.totalBytes / GIB) }),
    observed_at: new Date(),
  };
}

/**
 * Writes down what a host answered, or that it did not (null). Returns its state then, and why it is that. Silence counts
 * for nothing where the host has answered somebody since that look began: at another address, say, after a change.
 */
export async function observeHost(
  db: Db,
  id: string,
  facts: HostFacts | null,
  lookedAt: Date = new Date(),
): Promise<{ state: HostState; reason: string | null }> {
  return inTx(db, async (tx) => {
    const row = await tx
      .selectFrom("host")
      .select(["name", "state", "state_reason", "storage_pool", "observed_at"])
      .where("id", "=", id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) throw new AppError("not_found", `there is no host ${id}`);
    // The database checks the column against the states of the lifecycle.
    const from = row.state as HostState;
    const isOld = facts === null && row.observed_at !== null && row.observed_at > lookedAt;
    if (isOld) return { state: from, reason: row.state_reason };
    const { event, reason } = judgeHost(facts, row.storage_pool);
    const state = nextHostState(from, event);
    if (state === null) return { state: from, reason: null };
    await tx
      .updateTable("host")
      .set((eb) => ({
        state,
        state_reason: reason,
        ...(facts === null ? {} : hostFactsChange(facts, row.storage_pool)),
        // A look that found what is known is no change for those who edit.
        ...(state === from ? {} : { version: eb("version", "+", 1) }),
      }))
      .where("id", "=", id)
      .execute();
    if (state !== from) {
      const object = { kind: "host", id, name: row.name };
      await audit(tx, {
        actor: SYSTEM_ACTOR,
        action: `host.${event}`,
        object,
        outcome: "done",
        details: { from, to: state, reason },
      });
      const data = JSON.stringify({ name: row.name, from, to: state, reason });
      await tx
        .insertInto("event")
        .values({ subject_kind: "host", subject_id: id, kind: `host.${state}`, data })
        .execute();
    }
    return { state, reason };
  });
}
