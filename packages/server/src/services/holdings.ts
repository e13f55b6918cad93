import { sql } from "kysely";
import { type During, effective, rangeOf } from "../fabric/occupancy.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { moneyUnits } from "../kernel/money.ts";
import { entitlementOf } from "../policies/entitlement.ts";
import { type Holding, NO_LIMITS, overLimits } from "../policies/rules.ts";

const MIB_PER_GIB = 1024;
/** As quotas count money. */
const DAYS_OF_MONTH = 30;

/** What a person's services hold within a time, or now and later: read off the promises, so that no counter can lie. */
export async function holdingOf(db: Db | Tx, ownerId: string, during: During | null = null): Promise<Holding> {
  const isThen = during === null ? sql`true` : sql`${effective("r.during")} && ${rangeOf(during)}`;
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
      where s.owner_id = ${ownerId} and r.released_at is null and ${isThen}
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

export function perMonth(perDay: string): number {
  return Number(moneyUnits(perDay)) * DAYS_OF_MONTH;
}

interface Wanted {
  readonly template: string;
  readonly during: During;
  readonly asked: Holding;
}

/**
 * Refuses what the caller's self-service policies do not include. His row is locked first: two requests at once would
 * each find room for itself alone.
 */
export async function refuseBeyondPolicy(tx: Tx, actor: Actor, wanted: Wanted): Promise<void> {
  const { templates, limits, policies } = await entitlementOf(tx, actor);
  if (actor.userId === null) return;
  if (templates !== null && !templates.includes(wanted.template))
    throw new AppError("invalid_request", `there is no published template ${wanted.template} for you`, {
      fields: [
        { field: "template", message: `is not among those of your self-service policies: ${templates.join(", ")}` },
      ],
    });
  if (Object.keys(NO_LIMITS).every((key) => limits[key as keyof typeof limits] === null)) return;
  await tx.selectFrom("berth_user").select("id").where("id", "=", actor.userId).forNoKeyUpdate().execute();
  const held = await holdingOf(tx, actor.userId, wanted.during);
  const reasons = overLimits(limits, held, wanted.asked);
  if (reasons.length > 0)
    throw new AppError("forbidden", `that is more than your self-service policies allow (${policies.join(", ")})`, {
      reasons,
    });
}
