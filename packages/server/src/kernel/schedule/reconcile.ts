import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "../db/db.ts";
import type { Log } from "../log.ts";

/** Keeps comparing the world with the records. A pass is told nothing, and two at once do no harm. */
export interface Reconciler {
  /** `noun-sync`; its last report is shown under this name. */
  readonly name: string;
  readonly everyMs: number;
  pass(signal: AbortSignal): Promise<PassReport>;
}

export interface PassReport {
  readonly checked: number;
  readonly changed: number;
  readonly failed: number;
}

export interface ReconcileOptions {
  readonly db: Db;
  readonly controllerId: string;
  readonly log: Log;
  readonly reconcilers: readonly Reconciler[];
}

const LOOK_EVERY_MS = 1_000;

/**
 * Runs each reconciler when its time has come, on whichever controller sees that first. Stopping ends a pass that is
 * under way by its signal.
 */
export function startReconcilers(options: ReconcileOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loops = options.reconcilers.map((reconciler) => loop(options, reconciler, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function loop(options: ReconcileOptions, reconciler: Reconciler, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await runIfDue(options, reconciler, signal);
    } catch (error) {
      options.log.warn("reconciler could not be looked at", { reconciler: reconciler.name, error });
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** One pass, if it is time and no other controller has begun it. True when this one did. */
export async function runIfDue(
  options: Omit<ReconcileOptions, "reconcilers">,
  reconciler: Reconciler,
  signal: AbortSignal,
): Promise<boolean> {
  const { db, log, controllerId } = options;
  const { name } = reconciler;
  const claim = await sql`
    insert into reconciler_report (name, controller_id, started_at, ended_at, checked, changed, failed)
    values (${name}, ${controllerId}, now(), now(), 0, 0, 0)
    on conflict (name) do update set controller_id = excluded.controller_id, started_at = excluded.started_at
    where reconciler_report.started_at <= now() - ${`${reconciler.everyMs} milliseconds`}::interval
    returning name`.execute(db);
  if (claim.rows.length === 0) return false;

  const { report, error } = await tryPass(reconciler, signal);
  if (error !== null) log.error("reconciler failed", { reconciler: name, error });
  else if (report.failed > 0) log.warn("reconciler's pass left some undone", { reconciler: name, ...report });
  else if (report.changed > 0) log.info("reconciler's pass changed something", { reconciler: name, ...report });
  await db
    .updateTable("reconciler_report")
    .set({
      ...report,
      ended_at: sql`now()`,
      error: error === null ? null : "the pass was broken off; the log says why",
    })
    .where("name", "=", name)
    .where("controller_id", "=", controllerId)
    .execute();
  return true;
}

async function tryPass(reconciler: Reconciler, signal: AbortSignal): Promise<{ report: PassReport; error: unknown }> {
  try {
    const { checked, changed, failed } = await reconciler.pass(signal);
    return { report: { checked, changed, failed }, error: null };
  } catch (error) {
    return { report: { checked: 0, changed: 0, failed: 0 }, error };
  }
}
