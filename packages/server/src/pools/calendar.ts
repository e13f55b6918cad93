import type { usageContract } from "@berth/api/usage.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { effective } from "../fabric/occupancy.ts";
import { may } from "../identity/grants.ts";
import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { calendarOf, type Promised } from "./calendar-rules.ts";
import { getPool } from "./pool-actions.ts";

type Query = z.output<typeof usageContract.getPoolCalendar.query>;
type Calendar = z.input<typeof usageContract.getPoolCalendar.response>;

const DAY_MS = 24 * 3_600_000;
const MAX_DAYS = 366;
const USUAL_DAYS = 30;

/** What is promised of a pool day by day; to who looks after it, with whose services hold it. */
export async function poolCalendar(db: Db, actor: Actor, idOrName: string, query: Query): Promise<Calendar> {
  const pool = await getPool(db, actor, idOrName);
  const { from, to } = daysOf(query, new Date());
  const isOpen = may(actor, "estate-read", { poolId: pool.id });
  const days = calendarOf(await promisesOf(db, pool.id, from, new Date(to.getTime() + DAY_MS)), from, to);
  return {
    pool: pool.name,
    total: pool.total,
    items: days.map((day) => ({ ...day, holders: isOpen ? day.holders : null })),
  };
}

function daysOf(query: Query, now: Date): { from: Date; to: Date } {
  const from = new Date(query.from ?? now.toISOString().slice(0, 10));
  const to = query.to === undefined ? new Date(from.getTime() + (USUAL_DAYS - 1) * DAY_MS) : new Date(query.to);
  if (to < from) throw wrong("lies before the first day");
  if (to.getTime() - from.getTime() >= MAX_DAYS * DAY_MS) throw wrong("lies more than a year after the first day");
  return { from, to };
}

function wrong(message: string): AppError {
  return new AppError("invalid_request", `the last day ${message}`, { fields: [{ field: "to", message }] });
}

/** On one of the pool's members, through whichever pool they were promised. */
async function promisesOf(db: Db, poolId: string, from: Date, to: Date): Promise<Promised[]> {
  const { rows } = await sql<Promised>`
    select r.holder, lower(${effective("r.during")}) as "startsAt", upper(${effective("r.during")}) as "endsAt",
      case when r.machine_id is null then 0 else 1 end as machines,
      case when r.host_id is null then 0 else r.cores end as cores,
      case when r.host_id is null then 0 else r.memory_mib end as "memoryMiB",
      case when r.host_id is null then 0 else r.storage_gib end as "storageGiB"
    from reservation r
    where r.released_at is null and ${effective("r.during")} && tstzrange(${from}, ${to}, '[)')
      and (r.machine_id in (select machine_id from resource_pool_machine where pool_id = ${poolId})
        or r.host_id in (select host_id from resource_pool_host where pool_id = ${poolId}))`.execute(db);
  return rows;
}
