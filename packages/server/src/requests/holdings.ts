import { sql } from "kysely";
import { type During, effective, rangeOf } from "../fabric/occupancy.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { moneyUnits } from "../kernel/money.ts";
import { useOf } from "../placement/fit.ts";
import { entitlementOf } from "../policies/entitlement.ts";
import { type Holding, NO_LIMITS, overLimits } from "../policies/rules.ts";
import { demandOf, type PlannedServer } from "./request-plan.ts";

const MIB_PER_GIB = 1024;
/** As quotas count money. */
const DAYS_OF_MONTH = 30;

/** Whose holding: a person's, or one service's; within a time, or now and later. */
interface Held {
  readonly ownerId?: string;
  readonly serviceId?: string;
  readonly during?: During;
}

/** What services hold: read off the promises, so that no counter can lie. */
export async function holdingOf(db: Db | Tx, { ownerId, serviceId, during }: Held): Promise<Holding> {
  const whose = serviceId === undefined ? sql`s.owner_id = ${ownerId}` : sql`s.id = ${serviceId}`;
  const isThen = during === undefined ? sql`true` : sql`${effective("r.during")} && ${rangeOf(during)}`;
  const { rows } = await sql<{
    servers: number;
    cores: number;
    memoryMiB: number;
    storageGiB: number;
    perDay: string;
  }>`
    with held as (
      select r.cores, r.memory_mib, r.storage_gib, s.id as service_id
      from service s join request q on q.service_id = s.id join reservation r on r.request_id = q.id
      where ${whose} and r.released_at is null and ${isThen}
    )
    select count(*) as servers, coalesce(sum(cores), 0)::bigint as cores,
      coalesce(sum(memory_mib), 0)::bigint as "memoryMiB", coalesce(sum(storage_gib), 0)::bigint as "storageGiB",
      (select coalesce(sum((s.price->>'perDay')::numeric), 0)::text from service s
        where s.id in (select service_id from held)) as "perDay"
    from held`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error("a sum without a group by has a row");
  return {
    servers: row.servers,
    cores: row.cores,
    memoryGiB: row.memoryMiB / MIB_PER_GIB,
    storageGiB: row.storageGiB,
    moneyPerMonth: perMonth(row.perDay),
  };
}

export async function holdingOfActor(db: Db, actor: Actor): Promise<Holding> {
  return actor.userId === null ? NOTHING_HELD : holdingOf(db, { ownerId: actor.userId });
}

const NOTHING_HELD: Holding = { servers: 0, cores: 0, memoryGiB: 0, storageGiB: 0, moneyPerMonth: 0 };

function perMonth(perDay: string): number {
  return Number(moneyUnits(perDay)) * DAYS_OF_MONTH;
}

interface Wanted {
  readonly during: During;
  readonly asked: Holding;
}

/** What a wish would add, counted as the pools count it. */
export function askedOf(servers: readonly PlannedServer[], perDay: string): Holding {
  const uses = servers.map((server) => useOf(demandOf(server, new Map())));
  const sum = (key: "cores" | "memoryMiB" | "storageGiB") => uses.reduce((all, use) => all + use[key], 0);
  return {
    servers: servers.length,
    cores: sum("cores"),
    memoryGiB: sum("memoryMiB") / MIB_PER_GIB,
    storageGiB: sum("storageGiB"),
    moneyPerMonth: perMonth(perDay),
  };
}

/** A template that the caller's policies do not include is not there for him. */
export async function refuseTemplate(tx: Tx, actor: Actor, label: string): Promise<void> {
  const { templates } = await entitlementOf(tx, actor);
  if (templates === null || templates.includes(label.split("@", 1)[0] ?? "")) return;
  throw new AppError("invalid_request", "your self-service policies do not include this template", {
    fields: [{ field: "template", message: `may be one of ${templates.join(", ") || "none"}` }],
  });
}

/** Limits that a wish would pass, in words. */
export async function beyondPolicy(tx: Tx, actor: Actor, wanted: Wanted): Promise<string[]> {
  const { limits } = await entitlementOf(tx, actor);
  if (actor.userId === null) return [];
  return overLimits(limits, await holdingOf(tx, { ownerId: actor.userId, during: wanted.during }), wanted.asked);
}

/**
 * Refuses what the caller's self-service policies do not include. His row is locked first: two requests at once would
 * each find room for itself alone.
 */
export async function refuseBeyondPolicy(tx: Tx, actor: Actor, wanted: Wanted): Promise<void> {
  const { limits, policies } = await entitlementOf(tx, actor);
  if (actor.userId === null) return;
  if (Object.keys(NO_LIMITS).every((key) => limits[key as keyof typeof limits] === null)) return;
  await tx.selectFrom("berth_user").select("id").where("id", "=", actor.userId).forNoKeyUpdate().execute();
  const reasons = await beyondPolicy(tx, actor, wanted);
  if (reasons.length > 0)
    throw new AppError("forbidden", `that is more than your self-service policies allow (${policies.join(", ")})`, {
      reasons,
    });
}
