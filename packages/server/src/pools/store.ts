import { type RawBuilder, sql } from "kysely";
import { effective } from "../fabric/occupancy.ts";
import { mayWhere, type ScopeColumns } from "../identity/grants.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { entitledTo } from "../policies/entitlement.ts";

const POOL_SCOPE: ScopeColumns = { owner: null, project: null, pool: "resource_pool.id" };

/**
 * Who may use a pool: everybody when it names nobody, who has a role on it, and administrators; as far as their
 * self-service policies include it. In SQL, so that lists page by it too.
 */
export function mayUse(actor: Actor): RawBuilder<boolean> {
  return sql<boolean>`((
    (cardinality(resource_pool.users) = 0 and cardinality(resource_pool.roles) = 0)
    or ${actor.name} = any(resource_pool.users) or resource_pool.roles && ${actor.roles}::text[]
    or ${mayWhere(actor, "request", POOL_SCOPE)}) and ${entitledTo(actor, "pools", "resource_pool.name")})`;
}

/** Who knows of a pool: who may use it, and who looks after the estate. */
function maySee(actor: Actor): RawBuilder<boolean> {
  return sql<boolean>`(${mayUse(actor)} or ${mayWhere(actor, "estate-read", POOL_SCOPE)})`;
}

/** Promises that hold at this moment, on one of the pool's members, through whichever pool they were made. */
const HELD_NOW = sql`r.released_at is null and ${effective("r.during")} @> now()`;

/** Pools that the caller knows of, with what they have and what of it is promised now. */
export function poolRows(db: Db | Tx, actor: Actor) {
  return db
    .selectFrom("resource_pool")
    .where(maySee(actor))
    .selectAll("resource_pool")
    .select([
      sql<number>`(select count(*) from resource_pool_machine m where m.pool_id = resource_pool.id)`.as(
        "machine_count",
      ),
      sql<number>`(select count(*) from resource_pool_host h where h.pool_id = resource_pool.id)`.as("host_count"),
      hostTotal("cores").as("total_cores"),
      hostTotal("memory_mib").as("total_memory_mib"),
      hostTotal("storage_gib").as("total_storage_gib"),
      sql<number>`(
        select count(*) from reservation r join resource_pool_machine m on m.machine_id = r.machine_id
        where m.pool_id = resource_pool.id and ${HELD_NOW})`.as("promised_machines"),
      hostPromise("cores").as("promised_cores"),
      hostPromise("memory_mib").as("promised_memory_mib"),
      hostPromise("storage_gib").as("promised_storage_gib"),
    ]);
}

export type PoolListRow = Awaited<ReturnType<ReturnType<typeof poolRows>["executeTakeFirstOrThrow"]>>;

type Amount = "cores" | "memory_mib" | "storage_gib";

function hostTotal(amount: Amount): RawBuilder<number> {
  return sql<number>`(
    select coalesce(sum(h.${sql.ref(amount)}), 0) from host h join resource_pool_host m on m.host_id = h.id
    where m.pool_id = resource_pool.id)`;
}

function hostPromise(amount: Amount): RawBuilder<number> {
  return sql<number>`(
    select coalesce(sum(r.${sql.ref(amount)}), 0) from reservation r join resource_pool_host m on m.host_id = r.host_id
    where m.pool_id = resource_pool.id and ${HELD_NOW})`;
}

/** Promises whose release is not confirmed, with the names of what they hold. */
export function reservationRows(db: Db | Tx) {
  return db
    .selectFrom("reservation")
    .innerJoin("resource_pool", "resource_pool.id", "reservation.pool_id")
    .leftJoin("machine", "machine.id", "reservation.machine_id")
    .leftJoin("host", "host.id", "reservation.host_id")
    .where("reservation.released_at", "is", null)
    .select(["reservation.id", "reservation.holder", "reservation.server_name", "reservation.group_name"])
    .select(["reservation.kind", "reservation.cores", "reservation.memory_mib", "reservation.storage_gib"])
    .select("resource_pool.name as pool")
    .select([
      sql<string>`coalesce(machine.name, host.name)`.as("on"),
      sql<Date>`lower(reservation.during)`.as("starts_at"),
      sql<Date>`upper(reservation.during)`.as("ends_at"),
      sql<boolean>`upper(reservation.during) <= now()`.as("is_overdue"),
    ]);
}

export type ReservationRow = Awaited<ReturnType<ReturnType<typeof reservationRows>["executeTakeFirstOrThrow"]>>;
