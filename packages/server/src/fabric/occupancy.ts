import { type RawBuilder, sql } from "kysely";
import { sqlState, type Tx } from "../kernel/db/db.ts";

/** A half-open time: from `startsAt` on, and no more at `endsAt`. */
export interface During {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** The range as PostgreSQL has it. */
export function rangeOf({ startsAt, endsAt }: During): RawBuilder<string> {
  return sql<string>`tstzrange(${startsAt}, ${endsAt}, '[)')`;
}

/**
 * The time a row really occupies. An occupancy lasts until its release is confirmed: one whose end has passed still
 * holds, for the coming hour at least, whatever its plan was.
 */
export function effective(column: string): RawBuilder<string> {
  const during = sql.ref(column);
  return sql<string>`case when upper(${during}) <= now() then tstzrange(lower(${during}), now() + interval '1 hour', '[)') else ${during} end`;
}

const EXCLUSION_VIOLATION = "23P01";

/** Runs one insert that the database may refuse because somebody was faster; false then, with the transaction intact. */
export async function insertUnlessTaken(tx: Tx, insert: () => Promise<unknown>): Promise<boolean> {
  await sql`savepoint occupy`.execute(tx);
  try {
    await insert();
    await sql`release savepoint occupy`.execute(tx);
    return true;
  } catch (error) {
    if (sqlState(error) !== EXCLUSION_VIOLATION) throw error;
    await sql`rollback to savepoint occupy`.execute(tx);
    await sql`release savepoint occupy`.execute(tx);
    return false;
  }
}

/**
 * Takes the first free one of `blocks`. Values that another transaction is just taking are skipped, as with SKIP
 * LOCKED; only when nothing else is left we wait for them, since that transaction may yet roll back.
 */
export async function claimFirstFree<T>(
  tx: Tx,
  search: {
    blocks: Iterable<readonly T[]>;
    /** Names the value among all kinds of claims. */
    lockKey: (value: T) => string;
    free: (block: readonly T[]) => Promise<T[]>;
    insert: (value: T) => Promise<unknown>;
  },
): Promise<T | null> {
  const busy: T[] = [];
  for (const block of search.blocks) {
    for (const value of await search.free(block)) {
      if (!(await tryLock(tx, search.lockKey(value)))) busy.push(value);
      // The lock was free, but its last holder may have committed since we looked: the insert finds out.
      else if (await insertUnlessTaken(tx, () => search.insert(value))) return value;
    }
  }
  for (const value of busy) {
    await lockValue(tx, search.lockKey(value));
    if (await insertUnlessTaken(tx, () => search.insert(value))) return value;
  }
  return null;
}

/**
 * Waits for others who are just taking the value. Without it, several inserts that exclude each other wait for each
 * other, and the database ends all but one as a deadlock after a second.
 */
export async function lockValue(tx: Tx, key: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 7770))`.execute(tx);
}

async function tryLock(tx: Tx, key: string): Promise<boolean> {
  const { rows } = await sql<{
    locked: boolean;
  }>`select pg_try_advisory_xact_lock(hashtextextended(${key}, 7770)) as locked`.execute(tx);
  return rows[0]?.locked === true;
}
