import { setTimeout as sleep } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../db/db.ts";
import type { Log } from "../log.ts";

/**
 * Tells those who watch that something has happened. One look at the event table per controller and interval, however
 * many watch, and none when nobody does.
 *
 * Not LISTEN/NOTIFY: a NOTIFY makes the commits of the whole cluster wait for each other (PostgreSQL holds one lock
 * from before the commit until after its flush), and every step of every workflow writes events.
 */
export interface EventFeed {
  /** Where the feed is now: events from here on will be told. */
  position(): Promise<EventPosition>;
  /**
   * Events after a position, batch by batch in the order in which they became visible; waits for more until the
   * signal ends it.
   */
  follow(filter: EventFilter, from: EventPosition, signal: AbortSignal): AsyncIterable<EventBatch>;
}

/**
 * A place in the order (transaction, id). Ids alone are no order to rely on: a transaction that began earlier may
 * commit later, and its events would be missed. So readers stay below the oldest transaction that is still open.
 */
export interface EventPosition {
  readonly xid: string;
  readonly id: number;
}

export type EventFilter =
  /** Events of one operation tree. */
  | { readonly rootId: string }
  /** Events for which a condition over `event` holds. */
  | { readonly seen: RawBuilder<boolean> };

export interface EventRow {
  readonly id: number;
  readonly xid: string;
  readonly at: Date;
  readonly kind: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly data: unknown;
}

export interface EventBatch {
  readonly events: readonly EventRow[];
  readonly position: EventPosition;
}

const LOOK_EVERY_MS = 200;
const BATCH = 500;

export function createEventFeed(options: { readonly db: Db; readonly log: Log }): EventFeed {
  const { db, log } = options;
  const watchers = new Set<Watcher>();
  let tail: EventPosition | null = null;
  let isLooking = false;

  const look = async (): Promise<void> => {
    if (tail === null) return;
    const news = await readRoots(db, tail);
    tail = news.position;
    for (const watcher of watchers) {
      const concerns = watcher.rootId === null ? news.isAny : news.roots.has(watcher.rootId);
      if (concerns) watcher.tell();
    }
  };
  const lookWhileWatched = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    while (watchers.size > 0) {
      await look().catch((error: unknown) => {
        log.warn("events could not be read", { error });
        // What was missed meanwhile is not known: everybody looks.
        for (const watcher of watchers) watcher.tell();
      });
      await sleep(LOOK_EVERY_MS);
    }
    tail = null;
    isLooking = false;
  };

  return {
    position: () => position(db),
    async *follow(filter, from, signal) {
      const watcher = createWatcher("rootId" in filter ? filter.rootId : null, signal);
      watchers.add(watcher);
      // Before the first read of its own, or what comes between the two would be seen by neither.
      tail ??= await position(db);
      void lookWhileWatched();
      let at = from;
      try {
        while (!signal.aborted) {
          const told = watcher.told();
          const batch = await readBatch(db, filter, at);
          at = batch.position;
          if (batch.events.length > 0) yield batch;
          if (batch.events.length < BATCH) await told;
        }
      } finally {
        watchers.delete(watcher);
      }
    },
  };
}

interface Watcher {
  /** Null: events of any may concern it. */
  readonly rootId: string | null;
  tell(): void;
  /** Ends at the next `tell` from now on, and with the signal. */
  told(): Promise<void>;
}

function createWatcher(rootId: string | null, signal: AbortSignal): Watcher {
  let next = Promise.withResolvers<void>();
  const tell = () => {
    next.resolve();
    next = Promise.withResolvers();
  };
  signal.addEventListener("abort", tell, { once: true });
  return { rootId, tell, told: () => (signal.aborted ? Promise.resolve() : next.promise) };
}

/** Everything at or above this transaction may still be open. */
const HORIZON = sql<string>`pg_snapshot_xmin(pg_current_snapshot())`;

async function position(db: Db): Promise<EventPosition> {
  const result = await sql<{ xid: string }>`select ${HORIZON}::text as xid`.execute(db);
  return { xid: result.rows[0]?.xid ?? "0", id: 0 };
}

interface News {
  readonly roots: ReadonlySet<string>;
  readonly isAny: boolean;
  readonly position: EventPosition;
}

async function readRoots(db: Db, from: EventPosition): Promise<News> {
  const result = await sql<{ root_id: string | null; is_event: boolean; horizon: string }>`
    with horizon as materialized (select ${HORIZON} as xid)
    select distinct e.root_id, e.id is not null as is_event, h.xid::text as horizon
    from horizon h left join event e on (e.xid, e.id) > (${from.xid}::xid8, ${from.id}::bigint) and e.xid < h.xid`.execute(
    db,
  );
  const roots = new Set(result.rows.flatMap((row) => (row.root_id === null ? [] : [row.root_id])));
  // Below the horizon nothing new can come any more, so the next look begins there.
  const isAny = result.rows.some((row) => row.is_event);
  return { roots, isAny, position: { xid: result.rows[0]?.horizon ?? from.xid, id: 0 } };
}

async function readBatch(db: Db, filter: EventFilter, from: EventPosition): Promise<EventBatch> {
  const wanted = "rootId" in filter ? sql`root_id = ${filter.rootId}` : filter.seen;
  const result = await sql<EventRow>`
    select id, xid::text as xid, at, kind, subject_kind as "subjectKind", subject_id as "subjectId", data
    from event
    where ${wanted} and (xid, id) > (${from.xid}::xid8, ${from.id}::bigint) and xid < ${HORIZON}
    order by xid, id limit ${BATCH}`.execute(db);
  const last = result.rows.at(-1);
  return { events: result.rows, position: last === undefined ? from : { xid: last.xid, id: last.id } };
}
