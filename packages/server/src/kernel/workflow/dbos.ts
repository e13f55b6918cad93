import { DBOS } from "@dbos-inc/dbos-sdk";
import { DBOSExecutor } from "@dbos-inc/dbos-sdk/internal/dbos-executor";
import { sql } from "kysely";
import type { Tx } from "../db/db.ts";
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

/** Makes DBOS's tables. */
export async function migrateEngine(databaseUrl: string): Promise<void> {
  await DBOS.migrate(databaseUrl);
}

/** Queues one run of an operation, within the caller's transaction. The same run again is the same. */
export async function enqueueRun(tx: Tx, operationId: string, run: number): Promise<void> {
  await sql`select dbos.enqueue_workflow(
    workflow_name => ${RUN}, queue_name => ${QUEUE},
    positional_args => array[to_json(${operationId}::text), to_json(${run}::int)],
    workflow_id => ${`${operationId}#${run}`}, app_version => ${VERSION})`.execute(tx);
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
