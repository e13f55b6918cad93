import { sql } from "kysely";
import { type During, insertUnlessTaken, rangeOf } from "../fabric/occupancy.ts";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";

/** Gives back all that a request holds; what was given back before is no error. */
export async function releaseReservation(tx: Tx, requestId: string): Promise<void> {
  await sql`update reservation set released_at = now() where request_id = ${requestId} and released_at is null`.execute(
    tx,
  );
}

/** Gives back what one server holds. */
export async function releaseServerReservation(tx: Tx, serverId: string): Promise<void> {
  await sql`update reservation set released_at = now() where server_id = ${serverId} and released_at is null`.execute(
    tx,
  );
}

/**
 * Moves the planned time of all that a request holds; `conflict` with the names of what is promised to others then.
 * The servers stay where they are.
 */
export async function changeReservation(tx: Tx, requestId: string, during: During): Promise<void> {
  await sql`
    select from resource_pool where id in (select pool_id from reservation where request_id = ${requestId})
    order by id for update`.execute(tx);
  await sql`
    select from host where id in (select host_id from reservation where request_id = ${requestId} and released_at is null)
    order by id for update`.execute(tx);
  const moved = await insertUnlessTaken(tx, () =>
    sql`
      update reservation set during = ${rangeOf(during)} where request_id = ${requestId} and released_at is null`.execute(
      tx,
    ),
  );
  if (!moved) throw new AppError("conflict", "a machine of the service is promised to another one in that time");
  const full = await overfullHosts(tx, requestId, during);
  if (full.length > 0)
    throw new AppError("conflict", "the hosts of the service have no room for it in that time", {
      reasons: full.map((name) => `host ${name} is promised to others in that time`),
    });
}

/** Those of a request's hosts on which, at some moment of the time, more is promised than there is. */
async function overfullHosts(tx: Tx, requestId: string, during: During): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    with mine as (
      select distinct host_id from reservation where request_id = ${requestId} and released_at is null and host_id is not null
    ), live as (
      select r.* from reservation r join mine on mine.host_id = r.host_id
      where r.released_at is null and r.during && ${rangeOf(during)}
    ), moment as (
      select distinct host_id, greatest(lower(during), ${during.startsAt}::timestamptz) as at from live
    )
    select distinct h.name
    from moment m join host h on h.id = m.host_id
    join lateral (
      select sum(l.cores) as cores, sum(l.memory_mib) as memory_mib, sum(l.storage_gib) as storage_gib
      from live l where l.host_id = m.host_id and l.during @> m.at
    ) s on s.cores > h.cores or s.memory_mib > h.memory_mib or s.storage_gib > h.storage_gib
    order by h.name`.execute(tx);
  return rows.map((row) => row.name);
}

/**
 * What still stands in the way of a request's start: promises before it whose end has passed but whose release is not
 * confirmed. Empty when it may start.
 */
export async function heldByOthers(tx: Tx, requestId: string): Promise<{ server: string; on: string }[]> {
  const { rows } = await sql<{ server: string; on: string }>`
    select o.server_name as server, m.name as on
    from reservation r join reservation o on o.machine_id = r.machine_id and o.released_at is null and o.id <> r.id
    join machine m on m.id = r.machine_id
    where r.request_id = ${requestId} and r.released_at is null and lower(o.during) < lower(r.during)`.execute(tx);
  return rows;
}
