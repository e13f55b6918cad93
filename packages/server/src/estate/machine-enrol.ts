import { randomUUID } from "node:crypto";
import type { NewMachine } from "@berth/api/machine.ts";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Log } from "../kernel/log.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { Call } from "../providers/provider.ts";
import { transitionMachine } from "./actions.ts";
import { asking } from "./backend-problem.ts";
import { type ProviderRegistry, storeSettings } from "./backend-settings.ts";
import { planFacts } from "./facts-rules.ts";
import { lookAtMachine, type MachineLook } from "./machine-look.ts";
import { nameTaken, placeOf, siteIdOf } from "./places.ts";
import type { ProviderPool } from "./providers.ts";
import { claimMacs, machineByMac } from "./store.ts";

export interface EnrolDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly registry: ProviderRegistry;
  readonly providers: ProviderPool;
  readonly log: Log;
}

export type MachineWish = z.output<typeof NewMachine>;

const LOOK_MS = 60_000;

/**
 * Enrols a machine: looks at it through its management controller first, so that a wrong address or password leaves
 * nothing behind, then writes it down as available. `record` runs in the same transaction.
 * @throws AppError `invalid_request` for what is wrong with the wish, `unavailable` when nobody answers, `conflict`
 * for a name, bay or machine that is there already.
 */
export async function enrolMachine(
  deps: EnrolDeps,
  actor: Actor,
  wish: MachineWish,
  options: { readonly signal: AbortSignal; readonly record?: (tx: Tx, id: string) => Promise<void> },
): Promise<string> {
  const siteId = await siteIdOf(deps.db, wish.site);
  await placeOf(deps.db, siteId, wish);
  const taken = await deps.db.selectFrom("machine").select("id").where("name", "=", wish.name).executeTakeFirst();
  if (taken !== undefined) throw nameTaken("machine", wish.name);
  const settings = deps.registry.readSettings(wish.provider, wish.settings);
  const call: Call = { signal: AbortSignal.any([options.signal, AbortSignal.timeout(LOOK_MS)]) };
  const provider = await deps.providers.forSettings(siteId, wish.provider, settings);
  const look = await asking(`the management controller of ${wish.name}`, () =>
    lookAtMachine(provider, wish.systemId ?? null, call),
  );
  const id = randomUUID();
  await inTx(deps.db, async (tx) => {
    await insertMachine(tx, deps, { id, siteId, wish, look, actor });
    await options.record?.(tx, id);
  });
  return id;
}

const BLANK = {
  manufacturer: null,
  model: null,
  serial: null,
  uuid: null,
  asset_tag: null,
  firmware: null,
  cores: null,
  memory_mib: null,
  nics: [],
  disks: [],
};

async function insertMachine(
  tx: Tx,
  deps: EnrolDeps,
  { id, siteId, wish, look, actor }: { id: string; siteId: string; wish: MachineWish; look: MachineLook; actor: Actor },
): Promise<void> {
  const macs = look.facts.nics.map((nic) => nic.mac);
  await makeWay(tx, macs, wish.name);
  const stored = storeSettings(deps, { kind: "machine", id }, wish);
  const place = await placeOf(tx, siteId, wish);
  const now = new Date();
  const made = await tx
    .insertInto("machine")
    .values({
      id,
      name: wish.name,
      site_id: siteId,
      enclosure_id: place?.enclosureId ?? null,
      bay: place?.bay ?? null,
      // It was looked at before it came to be: nobody ever saw it enrolled and unknown.
      state: "available",
      provider: stored.provider,
      settings: JSON.stringify(stored.settings),
      secrets_sealed: stored.secretsSealed,
      system_id: look.systemId,
      ...planFacts({ ...BLANK, provider: stored.provider }, look.facts, "controller"),
      inspected_at: now,
      power_observed: look.power,
      power_observed_at: now,
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst()
    .catch((error: unknown) => {
      throw sqlState(error) === "23505" && place !== null ? bayTaken(wish) : error;
    });
  if (made === undefined) throw nameTaken("machine", wish.name);
  await claimMacs(tx, id, macs);
  const details = { provider: stored.provider, serial: look.facts.serial };
  await audit(tx, {
    actor,
    action: "machine.create",
    object: { kind: "machine", id, name: wish.name },
    outcome: "done",
    details,
  });
}

/** A machine has one record. One that booted as a stranger before gives way; one that is managed already does not. */
async function makeWay(tx: Tx, macs: readonly string[], name: string): Promise<void> {
  for (const mac of macs) {
    const other = await machineByMac(tx, mac);
    if (other === null) continue;
    if (other.provider !== null || other.state !== "enrolled") {
      throw new AppError("conflict", `this machine is enrolled already, as ${other.name}`, {
        fields: [{ field: "systemId", message: `its MAC address ${mac} is that of ${other.name}` }],
      });
    }
    await transitionMachine(tx, other.id, "retire", `it is machine ${name}`);
    await tx.deleteFrom("machine_mac").where("machine_id", "=", other.id).execute();
  }
}

export function bayTaken({
  enclosure,
  bay,
}: {
  enclosure?: string | null | undefined;
  bay?: number | null | undefined;
}): AppError {
  return new AppError("conflict", `bay ${bay} of ${enclosure} is filled`, {
    fields: [{ field: "bay", message: "is filled" }],
  });
}

export interface EnrolOutcome {
  readonly name: string;
  readonly id: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** How many management controllers are asked at once. */
const AT_ONCE = 16;

/** Enrols many, each for itself. */
export async function enrolMachines(
  deps: EnrolDeps,
  actor: Actor,
  wishes: readonly MachineWish[],
  signal: AbortSignal,
): Promise<EnrolOutcome[]> {
  const outcomes: EnrolOutcome[] = [];
  const rest = wishes.entries();
  const worker = async () => {
    for (const [i, wish] of rest) outcomes[i] = await enrolOne(deps, actor, wish, signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

async function enrolOne(deps: EnrolDeps, actor: Actor, wish: MachineWish, signal: AbortSignal): Promise<EnrolOutcome> {
  try {
    return { name: wish.name, id: await enrolMachine(deps, actor, wish, { signal }), error: null };
  } catch (error) {
    if (error instanceof AppError) {
      const message = [error.message, ...error.reasons].join(": ");
      return { name: wish.name, id: null, error: { code: error.code, message } };
    }
    // Our mistake with one machine must not hide what became of the others.
    deps.log.error("a machine could not be enrolled", { machine: wish.name, error });
    return { name: wish.name, id: null, error: { code: "internal", message: "internal error" } };
  }
}
