import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "../db/db.ts";
import type { Log } from "../log.ts";
import { RunLost } from "./journal.ts";

/**
 * A controller's right to act. It is renewed by a heartbeat; who could not renew it in time must not act any more, for
 * another may have taken over its work. Times are measured from before the heartbeat was sent, on a clock that nobody
 * sets, so our idea of the lease always ends before the database's.
 */

export interface LeaseTimes {
  readonly heartbeatMs: number;
  readonly leaseMs: number;
}

/** A dead controller's lease ends after 8 s; the next heartbeat of a living one, 2 s later at most, sees it. */
export const LEASE_TIMES: LeaseTimes = { heartbeatMs: 2_000, leaseMs: 8_000 };

export interface Lease {
  /** Waits until the lease is held (the database may be away for a while). Call right before each effect. */
  held(): Promise<void>;
  /** How long the lease lasts for certain; calls to the outside get a shorter deadline. */
  remainingMs(): number;
  /** Ends when the lease runs out. When it could be renewed later, there is another signal then. */
  signal(): AbortSignal;
  /** Ends when this controller will never hold a lease again: it stops, or another took over. */
  readonly lost: AbortSignal;
}

export interface HeldLease extends Lease {
  /** The id of this life of this controller. */
  readonly id: string;
  /** Gives the lease back: others take over at once. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly db: Db;
  readonly name: string;
  readonly log: Log;
  readonly times: LeaseTimes;
  /** Called once when the lease is gone for good; the process should exit. */
  readonly onLost: () => void;
  /** Called after each heartbeat that went well. */
  readonly onBeat: () => Promise<void>;
}

/** Enters this controller into the table and keeps its heart beating. */
export async function takeLease(options: LeaseOptions): Promise<HeldLease> {
  const { db, log } = options;
  const { heartbeatMs, leaseMs } = options.times;
  const id = `${options.name}~${randomBytes(6).toString("hex")}`;
  const lost = new AbortController();
  let heldUntil = performance.now() + leaseMs;
  let tenure = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let isReleased = false;

  await db
    .insertInto("controller")
    .values({ id, name: options.name, host: hostname(), pid: process.pid, lease_until: leaseEnd(leaseMs) })
    .execute();

  const holdUntil = (time: number) => {
    heldUntil = time;
    clearTimeout(expiry);
    expiry = setTimeout(() => tenure.abort(new Error("the lease ran out")), Math.max(0, time - performance.now()));
    if (tenure.signal.aborted) tenure = new AbortController();
  };
  const giveUp = (reason: string) => {
    clearTimeout(timer);
    clearTimeout(expiry);
    heldUntil = 0;
    tenure.abort(new Error(reason));
    lost.abort(new Error(reason));
  };
  const lose = (reason: string) => {
    if (lost.signal.aborted) return;
    log.error("controller lost its lease", { controller: id, reason });
    giveUp(reason);
    options.onLost();
  };
  const beat = async () => {
    const sentAt = performance.now();
    try {
      const row = await db
        .updateTable("controller")
        .set({ heartbeat_at: sql`now()`, lease_until: leaseEnd(leaseMs) })
        .where("id", "=", id)
        .where("dead_at", "is", null)
        .executeTakeFirst();
      if (isReleased) return;
      if (row.numUpdatedRows === 0n) return lose("another controller took over");
      holdUntil(sentAt + leaseMs);
      await options.onBeat();
    } catch (error) {
      log.warn("heartbeat failed", { controller: id, error });
    }
    if (!isReleased && !lost.signal.aborted) timer = setTimeout(beat, heartbeatMs);
  };
  timer = setTimeout(beat, heartbeatMs);

  holdUntil(heldUntil);

  return {
    id,
    lost: lost.signal,
    signal: () => tenure.signal,
    remainingMs: () => Math.max(0, heldUntil - performance.now()),
    held: async () => {
      while (performance.now() >= heldUntil) {
        if (lost.signal.aborted) throw new RunLost("the controller's lease is gone");
        await sleep(LOOK_AGAIN_MS);
      }
    },
    release: async () => {
      isReleased = true;
      giveUp("the controller stops");
      await db
        .updateTable("controller")
        .set({ dead_at: sql`now()` })
        .where("id", "=", id)
        .where("dead_at", "is", null)
        .execute();
    },
  };
}

const LOOK_AGAIN_MS = 100;

function leaseEnd(leaseMs: number) {
  return sql<Date>`now() + ${`${leaseMs} milliseconds`}::interval`;
}

/**
 * Declares controllers dead whose lease is over, and has their runs taken over. First dead, for good; then recovered;
 * then noted: who dies in between leaves the rest to the next, and twice is once.
 */
export async function buryDead(db: Db, me: string, recover: (id: string) => Promise<void>): Promise<string[]> {
  await db
    .updateTable("controller")
    .set({ dead_at: sql`now()` })
    .where("dead_at", "is", null)
    .where("lease_until", "<", sql<Date>`now()`)
    .where("id", "!=", me)
    .execute();
  const dead = await db
    .selectFrom("controller")
    .select("id")
    .where("dead_at", "is not", null)
    .where("recovered_at", "is", null)
    .where("id", "!=", me)
    .execute();
  for (const { id } of dead) {
    await recover(id);
    await db.updateTable("controller").set({ recovered_at: sql`now()` }).where("id", "=", id).execute();
  }
  return dead.map((row) => row.id);
}
