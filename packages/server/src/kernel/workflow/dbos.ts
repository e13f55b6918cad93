import { DBOS } from "@dbos-inc/dbos-sdk";
import { DBOSExecutor } from "@dbos-inc/dbos-sdk/internal/dbos-executor";
import { sql } from "kysely";
import pg from "pg";
import type { Db, Tx } from "../db/db.ts";
import type { Log } from "../log.ts";

/**
 * The engine below. Only this file knows it. DBOS keeps the queue of runs, hands each to one executor, and gives the
 * runs of a dead executor back. What a run does, and how it goes on, is in our journal (RFD 0002 says why).
 */

/** Part of the name of test templates: raise it when the SDK is updated. */
export const ENGINE_SCHEMA_VERSION = "dbos-5.3.0";

const APPLICATION = "berth";
/** A constant: DBOS would otherwise refuse to resume across releases. Changed workflows get new names instead. */
const VERSION = "berth-1";
const QUEUE = "berth";
const RUN = "berth-run";
/** DBOS gives a workflow up after so many recoveries; ours never is. */
const RECOVERIES = 1_000_000_000;
const POLL_MS = 50;

const MIGRATION_LOCK = 7_770_003;

/** Makes DBOS's tables. Of controllers that start at once, one does and the others wait. */
export async function migrateEngine(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // The lock of a session, not of a transaction: DBOS makes indexes concurrently, which waits for every transaction.
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await DBOS.migrate(databaseUrl);
  } finally {
    await client.end();
  }
}

/** Queues one run of an operation, within the caller's transaction. The same run again is the same. */
export async function enqueueRun(tx: Tx, operationId: string, run: number): Promise<void> {
  await sql`select dbos.enqueue_workflow(
    workflow_name => ${RUN}, queue_name => ${QUEUE},
    positional_args => array[to_json(${operationId}::text), to_json(${run}::int)],
    workflow_id => ${`${operationId}#${run}`}, app_version => ${VERSION})`.execute(tx);
}

/** Forgets runs that are over, a batch at a time: the journal has all that is to be kept. Returns how many. */
export async function forgetRuns(db: Db, before: Date, limit: number): Promise<number> {
  const result = await sql`
    delete from dbos.workflow_status where workflow_uuid in (
      select workflow_uuid from dbos.workflow_status
      where status in ('SUCCESS', 'ERROR', 'CANCELLED') and created_at < ${before.getTime()} limit ${limit})`.execute(
    db,
  );
  return Number(result.numAffectedRows ?? 0n);
}

export interface Queue {
  /** Gives the unfinished runs of a dead executor back to the queue. Twice is once. */
  recover(executorId: string): Promise<void>;
  stop(): Promise<void>;
}

/** Takes runs off the queue and executes them, `concurrency` at a time. One per process: DBOS is a singleton. */
export async function launchQueue(options: {
  readonly databaseUrl: string;
  readonly executorId: string;
  readonly concurrency: number;
  readonly log: Log;
  readonly execute: (operationId: string, run: number) => Promise<void>;
}): Promise<Queue> {
  const { log } = options;
  DBOS.setConfig({
    name: APPLICATION,
    systemDatabaseUrl: options.databaseUrl,
    applicationVersion: VERSION,
    executorID: options.executorId,
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (entry: unknown) => log.warn("workflow queue warns", { detail: words(entry) }),
      error: (entry: unknown) => log.error("workflow queue fails", { detail: words(entry) }),
    },
  });
  DBOS.registerWorkflow((operationId: string, run: number) => options.execute(operationId, run), {
    name: RUN,
    maxRecoveryAttempts: RECOVERIES,
  });
  await DBOS.launch();
  await DBOS.registerQueue(QUEUE, { workerConcurrency: options.concurrency, minPollingIntervalMs: POLL_MS });
  return {
    recover: async (executorId) => {
      await DBOSExecutor.globalInstance?.recoverPendingWorkflows([executorId]);
    },
    stop: () => DBOS.shutdown(),
  };
}

function words(entry: unknown): string {
  return entry instanceof Error ? `${entry.name}: ${entry.message}` : String(entry);
}
