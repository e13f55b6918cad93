import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { type During, insertUnlessTaken, rangeOf } from "../fabric/occupancy.ts";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Demand, Placement, Refusal } from "../placement/demand.ts";
import { useOf } from "../placement/fit.ts";
import { lay } from "../placement/lay.ts";
import { place } from "../placement/place.ts";
import { type Availability, availabilityOf } from "./availability.ts";
import { type PoolRow, readPicture } from "./picture-read.ts";

export interface ReserveWish {
  readonly requestId: string;
  readonly during: During;
  /** In order: the first pool that holds everything is taken. */
  readonly poolIds: readonly string[];
  readonly demands: readonly Demand[];
  /** Who will hold it, in words, for lists of use. */
  readonly holder: string;
}

const MAX_ROUNDS = 5;

/**
 * Promises room for all demands in one pool, or throws `insufficient_capacity` with every candidate's reason and the
 * smallest changes that would help. Asking again for the same request answers what it already holds is not done here:
 * the caller reserves once per request, in the transaction that makes the request.
 *
 * Reservers of one pool queue at its row, so none is refused because of another that rolls back later; what a shared
 * member of two pools could still lose is caught by the rows of the members and the database's own constraints.
 */
export async function reserve(tx: Tx, wish: ReserveWish): Promise<Placement[]> {
  const pools = await lockPools(tx, wish.poolIds);
  const refusals: PoolRefusal[] = [];
  for (const pool of pools) {
    const outcome = await reserveIn(tx, pool, wish);
    if ("placed" in outcome) return outcome.placed;
    refusals.push({ pool, ...outcome });
  }
  throw new AppError("insufficient_capacity", "no pool has room for all servers of the request at that time", {
    reasons: (await explain(tx, wish, refusals)).lines,
  });
}

/** Whether and where it would fit, without promising anything. */
export async function wouldFit(tx: Tx, wish: Omit<ReserveWish, "requestId" | "holder">): Promise<FitAnswer> {
  const refusals: PoolRefusal[] = [];
  const seen: Availability[] = [];
  for (const pool of await readPools(tx, wish.poolIds)) {
    const picture = await readPicture(tx, pool, wish.during);
    const availability = availabilityOf(picture);
    const outcome = place(picture, wish.demands);
    if ("placed" in outcome) {
      const freeFrom = wish.during.startsAt;
      return { fits: true, pool: pool.name, placed: outcome.placed, reasons: [], availability, freeFrom };
    }
    seen.push(availability);
    refusals.push({ pool, ...outcome });
  }
  const [availability] = seen;
  if (availability === undefined) throw new Error("a request names one pool at least");
  const { lines, freeFrom } = await explain(tx, wish, refusals);
  return { fits: false, pool: null, placed: [], reasons: lines, availability, freeFrom };
}

export interface FitAnswer {
  readonly fits: boolean;
  readonly pool: string | null;
  readonly placed: readonly Placement[];
  readonly reasons: readonly string[];
  /** Of the pool that would be taken, or of the first one. */
  readonly availability: Availability;
  /** The first start at which it fits; null where none was found. */
  readonly freeFrom: Date | null;
}

interface PoolRefusal {
  readonly pool: PoolRow;
  readonly refused: readonly Refusal[];
  readonly missing: readonly string[];
}

async function reserveIn(tx: Tx, pool: PoolRow, wish: ReserveWish) {
  for (let round = 1; ; round += 1) {
    const before = place(await readPicture(tx, pool, wish.during), wish.demands);
    if ("refused" in before) return before;
    await lockMembers(tx, before.placed);
    // A reserver of another pool may have taken a shared member before we had its row: look again, now that we have it.
    const now = place(await readPicture(tx, pool, wish.during), wish.demands);
    if ("refused" in now) return now;
    const isSame = samePlaces(before.placed, now.placed);
    if (isSame && (await insertUnlessTaken(tx, () => insertAll(tx, wish, now.placed)))) return now;
    if (round === MAX_ROUNDS) throw new AppError("unavailable", "others were taking the same resources; try again");
  }
}

function samePlaces(a: readonly Placement[], b: readonly Placement[]): boolean {
  return a.every((placement, i) => placement.machineId === b[i]?.machineId && placement.hostId === b[i]?.hostId);
}

/** In the order of ids, whatever the order of wishes, so that two reservers never wait for each other. */
async function lockPools(tx: Tx, poolIds: readonly string[]): Promise<PoolRow[]> {
  await sql`select from resource_pool where id = any(${poolIds}::uuid[]) order by id for update`.execute(tx);
  return readPools(tx, poolIds);
}

async function readPools(tx: Tx, poolIds: readonly string[]): Promise<PoolRow[]> {
  const { rows } = await sql<PoolRow>`
    select id, name, goal from resource_pool where id = any(${poolIds}::uuid[])
    order by array_position(${poolIds}::uuid[], id)`.execute(tx);
  if (rows.length !== new Set(poolIds).size) throw new AppError("not_found", "there is no such pool");
  return rows;
}

async function lockMembers(tx: Tx, placed: readonly Placement[]): Promise<void> {
  const ids = (pick: (placement: Placement) => string | null) => placed.flatMap((placement) => pick(placement) ?? []);
  await sql`select from machine where id = any(${ids((p) => p.machineId)}::uuid[]) order by id for update`.execute(tx);
  await sql`select from host where id = any(${ids((p) => p.hostId)}::uuid[]) order by id for update`.execute(tx);
}

async function insertAll(tx: Tx, wish: ReserveWish, placed: readonly Placement[]): Promise<void> {
  for (const placement of placed) {
    const demand = wish.demands.find((candidate) => candidate.serverId === placement.serverId);
    if (demand === undefined) throw new Error("placement placed a server that nobody asked for");
    const use = useOf(demand);
    await sql`
      insert into reservation (id, request_id, server_id, server_name, group_name, holder, pool_id, kind, machine_id,
        host_id, cores, memory_mib, storage_gib, during)
      values (${randomUUID()}, ${wish.requestId}, ${demand.serverId}, ${demand.name}, ${demand.group}, ${wish.holder},
        ${placement.poolId}, ${placement.kind}, ${placement.machineId}, ${placement.hostId}, ${use.cores},
        ${use.memoryMiB}, ${use.storageGiB}, ${rangeOf(wish.during)})`.execute(tx);
  }
}

const MAX_DATES = 20;
/** Whoever asks types on: a date that is not found by then is not worth waiting for. */
const MAX_SEARCH_MS = 1_000;
/** Of one answer; the changes that would help come after them. */
const MAX_LINES = 500;

/** Per pool: who failed where and why, what to add, and the first later date at which it would fit as it is. */
async function explain(
  tx: Tx,
  wish: Pick<ReserveWish, "demands" | "during">,
  refusals: readonly PoolRefusal[],
): Promise<{ lines: string[]; freeFrom: Date | null }> {
  const lines: string[] = [];
  const dates: Date[] = [];
  for (const { pool, refused, missing } of refusals) {
    for (const refusal of refused) {
      const none = `pool ${pool.name} has no ${refusal.kind === "physical" ? "machines" : "hosts"}`;
      if (refusal.reasons.length === 0) lines.push(`${refusal.server}: ${none}`);
      for (const reason of refusal.reasons)
        if (!reason.fits) lines.push(`${refusal.server}: ${reason.candidate} ${reason.why}`);
    }
    if (lines.length > MAX_LINES)
      lines.splice(MAX_LINES, Number.POSITIVE_INFINITY, `and ${lines.length - MAX_LINES} reasons more`);
    const date = await firstDateThatFits(tx, pool, wish);
    if (date !== null) {
      dates.push(date);
      lines.push(`pool ${pool.name} fits it from ${date.toISOString()}`);
    }
    lines.push(...missing);
  }
  dates.sort((a, b) => a.getTime() - b.getTime());
  return { lines, freeFrom: dates[0] ?? null };
}

async function firstDateThatFits(
  tx: Tx,
  pool: PoolRow,
  wish: Pick<ReserveWish, "demands" | "during">,
): Promise<Date | null> {
  const { startsAt, endsAt } = wish.during;
  const { rows } = await sql<{ at: Date }>`
    select distinct upper(r.during) as at from reservation r
    where r.released_at is null and upper(r.during) > ${startsAt}
      and (r.machine_id in (select machine_id from resource_pool_machine where pool_id = ${pool.id})
        or r.host_id in (select host_id from resource_pool_host where pool_id = ${pool.id}))
    order by at limit ${MAX_DATES}`.execute(tx);
  const lengthMs = endsAt.getTime() - startsAt.getTime();
  const giveUpAt = performance.now() + MAX_SEARCH_MS;
  for (const { at } of rows) {
    if (performance.now() > giveUpAt) return null;
    const later = { startsAt: at, endsAt: new Date(at.getTime() + lengthMs) };
    // What would help on another date nobody asks: only whether it fits.
    if (lay(await readPicture(tx, pool, later), wish.demands).refused.length === 0) return at;
  }
  return null;
}
