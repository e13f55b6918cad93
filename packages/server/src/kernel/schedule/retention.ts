import { sql } from "kysely";
import type { Db } from "../db/db.ts";
import { forgetRuns } from "../workflow/dbos.ts";
import { ENDED } from "../workflow/operation-rules.ts";
import type { Reconciler } from "./reconcile.ts";

/** How long what is over is kept. The audit is not touched: it has rules of its own. */
export interface Retention {
  readonly operationDays: number;
  readonly eventDays: number;
  readonly runHours: number;
}

export const RETENTION: Retention = { operationDays: 180, eventDays: 30, runHours: 24 };

const BATCH = 1_000;
const MAX_BATCHES = 100;
const HOUR_MS = 3_600_000;

/** Drops old operations with their journals, events, and runs of the queue; in batches, so that nobody waits for it. */
export function retentionSync(db: Db, keep: Retention = RETENTION): Reconciler {
  return {
    name: "retention-sync",
    everyMs: HOUR_MS,
    async pass(signal) {
      const dropped = [
        await inBatches(signal, () => dropEvents(db, keep.eventDays)),
        await inBatches(signal, () => dropOperations(db, keep.operationDays)),
        await inBatches(signal, () => forgetRuns(db, new Date(Date.now() - keep.runHours * HOUR_MS), BATCH)),
      ];
      const changed = dropped.reduce((sum, one) => sum + one, 0);
      return { checked: changed, changed, failed: 0 };
    },
  };
}

async function inBatches(signal: AbortSignal, drop: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
    const dropped = await drop();
    sum += dropped;
    if (dropped === 0) break;
  }
  return sum;
}

async function dropEvents(db: Db, days: number): Promise<number> {
  const result = await sql`
    delete from event where id in (
      select id from event where at < now() - ${`${days} days`}::interval order by id limit ${BATCH})`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** Whole trees: a part is kept as long as what it was a part of. */
async function dropOperations(db: Db, days: number): Promise<number> {
  const result = await sql`
    delete from operation where root_id in (
      select id from operation where parent_id is null and state = any(${[...ENDED]}::text[])
      and ended_at < now() - ${`${days} days`}::interval order by created_at limit 100)`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
