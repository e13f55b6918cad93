import { randomUUID } from "node:crypto";
import type { NewHost } from "@berth/api/host.ts";
import { z } from "zod";
import { audit, changeOf } from "../audit/audit.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError, ProviderError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Settings } from "../providers/settings-secrets.ts";
import { asking } from "./backend-problem.ts";
import { changeSettings, storeSettings } from "./backend-settings.ts";
import { findHost } from "./host-list.ts";
import { hostFactsChange, lookAtHost, observeHost } from "./host-observe.ts";
import { formerName } from "./machine-actions.ts";
import type { EnrolDeps } from "./machine-enrol.ts";
import { type MaintenanceWish, setMaintenance } from "./maintenance.ts";
import { checkBridges, checkVersion, nameTaken, promisedTo, siteIdOf, wrongField } from "./places.ts";

export type HostWish = z.output<typeof NewHost>;

export interface HostChange {
  readonly settings?: Settings | undefined;
  readonly storagePool?: string | undefined;
  readonly bridges?: Readonly<Record<string, string>> | undefined;
}

const LOOK_MS = 30_000;

export async function hostIdOf(db: Db | Tx, idOrName: string): Promise<string> {
  const row = await db.selectFrom("host").select("id").where(refColumn(idOrName), "=", idOrName).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no host ${idOrName}`);
  return row.id;
}

/** Enrols a host: asks its hypervisor first, so that a wrong address leaves nothing behind. */
export async function enrolHost(
  deps: EnrolDeps,
  actor: Actor,
  wish: HostWish,
  options: { readonly signal: AbortSignal; readonly record?: (tx: Tx, id: string) => Promise<void> },
): Promise<string> {
  const { name } = wish;
  const siteId = await siteIdOf(deps.db, wish.site);
  await checkBridges(deps.db, siteId, wish.bridges);
  const taken = await deps.db.selectFrom("host").select("id").where("name", "=", name).executeTakeFirst();
  if (taken !== undefined) throw nameTaken("host", name);
  const settings = deps.registry.readSettings(wish.provider, wish.settings);
  const provider = await deps.providers.forSettings(siteId, wish.provider, settings);
  const call = { signal: AbortSignal.any([options.signal, AbortSignal.timeout(LOOK_MS)]) };
  const facts = await asking(`the hypervisor of ${name}`, () => lookAtHost(provider, call));
  if (!facts.storagePools.some((pool) => pool.name === wish.storagePool)) {
    const there = facts.storagePools.map((pool) => pool.name).join(", ") || "none";
    throw wrongField("storagePool", `the host has no storage pool ${wish.storagePool}; there are: ${there}`);
  }
  const id = randomUUID();
  const stored = storeSettings(deps, { kind: "host", id }, wish);
  await inTx(deps.db, async (tx) => {
    const made = await tx
      .insertInto("host")
      .values({
        id,
        name,
        site_id: siteId,
        provider: stored.provider,
        settings: JSON.stringify(stored.settings),
        secrets_sealed: stored.secretsSealed,
        // It was asked before it came to be.
        state: "available",
        storage_pool: wish.storagePool,
        bridges: JSON.stringify(wish.bridges),
        ...hostFactsChange(facts, wish.storagePool),
      })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made === undefined) throw nameTaken("host", name);
    const details = { provider: stored.provider };
    await audit(tx, { actor, action: "host.create", object: { kind: "host", id, name }, outcome: "done", details });
    await options.record?.(tx, id);
  });
  return id;
}

const StoredSettings = z.record(z.string(), z.unknown());

export async function updateHost(
  deps: EnrolDeps,
  actor: Actor,
  { id, ifMatch, change }: { readonly id: string; readonly ifMatch: number; readonly change: HostChange },
): Promise<void> {
  await inTx(deps.db, async (tx) => {
    const host = await lockHost(tx, id);
    checkVersion(host, ifMatch);
    if (change.bridges !== undefined) await checkBridges(tx, host.site_id, change.bridges);
    const now = {
      provider: host.provider,
      settings: StoredSettings.parse(host.settings),
      secretsSealed: host.secrets_sealed,
    };
    const stored =
      change.settings === undefined ? now : changeSettings(deps, { kind: "host", id }, now, change.settings);
    await tx
      .updateTable("host")
      .set((eb) => ({
        settings: JSON.stringify(stored.settings),
        secrets_sealed: stored.secretsSealed,
        ...(change.storagePool === undefined ? {} : { storage_pool: change.storagePool }),
        ...(change.bridges === undefined ? {} : { bridges: JSON.stringify(change.bridges) }),
        version: eb("version", "+", 1),
      }))
      .where("id", "=", id)
      .execute();
    const before = { settings: now.settings, storagePool: host.storage_pool, bridges: host.bridges };
    await audit(tx, {
      actor,
      action: "host.update",
      object: { kind: "host", id, name: host.name },
      outcome: "done",
      ...changeOf(before, { ...before, ...change, settings: stored.settings }),
      // A password that was given anew shows in no field.
      details: { changed: Object.keys(change) },
    });
  });
}

async function lockHost(tx: Tx, id: string) {
  const row = await tx.selectFrom("host").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no host ${id}`);
  return row;
}

/** Asks the hypervisor again. @throws AppError `unavailable` when it does not answer, which is written down too. */
export async function refreshHost(
  deps: Pick<EnrolDeps, "db" | "providers">,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { name } = await findHost(deps.db, id);
  const provider = await deps.providers.forHost(id);
  const call = { signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) };
  try {
    await observeHost(deps.db, id, await lookAtHost(provider, call));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    await observeHost(deps.db, id, null);
    throw new AppError("unavailable", `the hypervisor of ${name} does not answer`, {
      cause: error,
      reasons: [error.message],
    });
  }
}

/** Keeps new servers off a host, or lets them come again. */
export async function maintainHost(db: Db, actor: Actor, id: string, wish: MaintenanceWish): Promise<void> {
  await inTx(db, async (tx) => {
    const { name, maintenance } = await lockHost(tx, id);
    await setMaintenance(tx, actor, { kind: "host", id, name, maintenance }, wish);
  });
}

/** Forgets a host; where the records of past servers name it, it stays there under another name, without credentials. */
export async function deleteHost(db: Db, actor: Actor, id: string): Promise<void> {
  const forget = (end: (tx: Tx, host: { id: string; name: string }) => Promise<unknown>) =>
    inTx(db, async (tx) => {
      const host = await lockHost(tx, id);
      const holder = await promisedTo(tx, "host", id);
      if (holder !== null)
        throw new AppError("conflict", `host ${host.name} is promised to server ${holder}, and perhaps others`);
      await end(tx, host);
      await audit(tx, { actor, action: "host.delete", object: { kind: "host", id, name: host.name }, outcome: "done" });
    });
  try {
    await forget((tx) => tx.deleteFrom("host").where("id", "=", id).execute());
  } catch (error) {
    if (sqlState(error) !== "23503") throw error;
    await forget(async (tx, host) => {
      await tx.deleteFrom("resource_pool_host").where("host_id", "=", id).execute();
      const gone = { name: formerName(host), state: "retired", settings: "{}", secrets_sealed: null, bridges: "{}" };
      await tx.updateTable("host").set(gone).where("id", "=", id).execute();
    });
  }
}
