import { createHash } from "node:crypto";
import { z } from "zod";
import type { Db } from "../kernel/db/db.ts";
import type { Dial } from "../kernel/dial.ts";
import { dialOf } from "../kernel/dial-edge.ts";
import { AppError } from "../kernel/errors.ts";
import type { Log } from "../kernel/log.ts";
import type { Metrics } from "../kernel/metrics.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { Provider } from "../providers/provider.ts";
import type { Settings } from "../providers/settings-secrets.ts";
import { canonical, openSettings, type ProviderRegistry, type SettingsOwner } from "./backend-settings.ts";

export interface ProviderPoolDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly log: Log;
  readonly metrics?: Pick<Metrics, "provider">;
  readonly registry: ProviderRegistry;
  /** Asked right before each call that changes something; throws where this controller must not act any more. */
  readonly mayAct?: () => Promise<void>;
}

/** Connections to management controllers and hypervisors, kept open and shared by whoever has the same settings. */
export interface ProviderPool {
  forHost(hostId: string): Promise<Provider>;
  /** `system` is the machine's id at its management controller. `conflict` for a machine without one. */
  forMachine(machineId: string): Promise<{ provider: Provider; system: string }>;
  /** For settings that are not on record yet. */
  forSettings(siteId: string, type: string, settings: Settings): Promise<Provider>;
  dialFor(siteId: string): Promise<Dial>;
  close(): Promise<void>;
}

/** Beyond it the connection that was not used for the longest time is closed. */
const MAX_OPEN = 4_096;

const SettingsRecord = z.record(z.string(), z.unknown());

export function createProviderPool(deps: ProviderPoolDeps): ProviderPool {
  // In the order of use, the longest unused first. The key is made of all settings, so a change opens another one.
  const open = new Map<string, Provider>();
  const { log, metrics, mayAct } = deps;
  const observers = { log, ...(metrics === undefined ? {} : { metrics }), ...(mayAct === undefined ? {} : { mayAct }) };

  function connect(type: string, settings: Settings, dial: unknown): Provider {
    const key = createHash("sha256")
      .update(canonical([type, dial, settings]))
      .digest("base64");
    const known = open.get(key);
    const provider = known ?? deps.registry.openProvider(type, settings, { ...observers, dial: dialOf(dial) });
    open.delete(key);
    open.set(key, provider);
    if (open.size > MAX_OPEN) closeOldest();
    return provider;
  }

  function connectionOf(owner: SettingsOwner, row: BackendRow): Provider {
    const stored = {
      provider: row.provider,
      settings: SettingsRecord.parse(row.settings),
      secretsSealed: row.secrets_sealed,
    };
    return connect(row.provider, openSettings(deps, owner, stored), row.dial);
  }

  function closeOldest(): void {
    const [key, provider] = open.entries().next().value ?? [];
    if (key === undefined || provider === undefined) return;
    open.delete(key);
    provider
      .close()
      .catch((error: unknown) => deps.log.warn("a provider did not close", { type: provider.type, error }));
  }

  return {
    async forHost(hostId) {
      const row = await deps.db
        .selectFrom("host as h")
        .innerJoin("site as s", "s.id", "h.site_id")
        .select(["h.provider", "h.settings", "h.secrets_sealed", "s.dial"])
        .where("h.id", "=", hostId)
        .executeTakeFirst();
      if (row === undefined) throw new AppError("not_found", `there is no host ${hostId}`);
      return connectionOf({ kind: "host", id: hostId }, row);
    },
    async forMachine(machineId) {
      const row = await deps.db
        .selectFrom("machine as m")
        .innerJoin("site as s", "s.id", "m.site_id")
        .select(["m.name", "m.provider", "m.system_id", "m.settings", "m.secrets_sealed", "s.dial"])
        .where("m.id", "=", machineId)
        .executeTakeFirst();
      if (row === undefined) throw new AppError("not_found", `there is no machine ${machineId}`);
      const { provider, system_id: system } = row;
      if (provider === null || system === null) {
        throw new AppError("conflict", `machine ${row.name} has no management controller on record`);
      }
      return { provider: connectionOf({ kind: "machine", id: machineId }, { ...row, provider }), system };
    },
    forSettings: async (siteId, type, settings) => connect(type, settings, await readDial(deps.db, siteId)),
    dialFor: async (siteId) => dialOf(await readDial(deps.db, siteId)),
    async close() {
      const all = [...open.values()];
      open.clear();
      await Promise.allSettled(all.map((provider) => provider.close()));
    },
  };
}

interface BackendRow {
  readonly provider: string;
  readonly settings: unknown;
  readonly secrets_sealed: string | null;
  readonly dial: unknown;
}

async function readDial(db: Db, siteId: string): Promise<unknown> {
  const row = await db.selectFrom("site").select("dial").where("id", "=", siteId).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no site ${siteId}`);
  return row.dial;
}
