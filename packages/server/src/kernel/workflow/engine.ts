import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { type Db, inTx, openDb } from "../db/db.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { enqueueRun, launchQueue, migrateEngine, type Queue } from "./dbos.ts";
import { wake } from "./journal.ts";
import { buryDead, type HeldLease, LEASE_TIMES, type Lease, type LeaseTimes, takeLease } from "./lease.ts";
import { type AnyWorkflow, type Moment, type Registered, runOperation } from "./runner.ts";
import { createSteering } from "./steering.ts";
import type { Engine, Workflow } from "./workflow.ts";

export interface EngineOptions {
  readonly db: Db;
  /** The same database: the queue below opens its own connections. */
  readonly databaseUrl: string;
  /** The controller's name; each life of it gets an id of its own. */
  readonly controllerId: string;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** How many runs this controller works on at a time; those that wait do not count. Default 300. */
  readonly concurrency?: number;
  /** The lease is gone for good: the process must exit. */
  readonly onLeaseLost?: () => void;
  /** Another rhythm of the controller's lease, for tests that wait for its end. */
  readonly leaseTimes?: LeaseTimes;
}

export interface RunningEngine extends Engine {
  /** Makes a workflow known, with what its steps are given. All of them before `launch`. */
  register<D extends object, I, O>(
    workflow: Workflow<D, I, O>,
    deps: NoInfer<Omit<D, "signal" | "log" | "progress">> & object,
  ): void;
  /** Starts to take up work. */
  launch(): Promise<void>;
  /** Stops taking up work and lets go of the lease: others go on with what is running. */
  stop(): Promise<void>;
  /** For whatever acts on the outside world beside workflows. Throws before `launch`. */
  lease(): Lease;
  /** For tests that kill their process at a named point. */
  onMoment?: (moment: Moment) => void | Promise<void>;
}

const WAKE_EVERY_MS = 250;
const WAKE_BATCH = 200;
const RETRY_RUN_MS = 1_000;

/** The engine. `start`, `send`, `cancel` and `open` work without `launch` too: another controller then does the work. */
export function createEngine(options: EngineOptions): RunningEngine {
  const { db, log } = options;
  const registered = new Map<string, Registered>();
  let lease: HeldLease | null = null;
  let leaseDb: Db | null = null;
  let queue: Queue | null = null;
  let claims = 0;
  let stopped = false;
  let waking: Promise<void> = Promise.resolve();

  const execute = async (held: HeldLease, operationId: string, run: number): Promise<void> => {
    const runtime = {
      db,
      log,
      lease: held,
      dispatch: enqueueRun,
      registered,
      nextRunner: () => `${held.id}/${++claims}`,
      onMoment: engine.onMoment,
      onStep: options.metrics?.step,
    };
    while (!held.lost.aborted) {
      try {
        await runOperation(runtime, operationId, run);
        break;
      } catch (error) {
        if (held.lost.aborted) break;
        log.error("run was broken off; it is tried again", { operationId, run, error });
        await sleep(RETRY_RUN_MS);
      }
    }
    // The queue must not hear that a cut-off run is finished: never settled, it stays for the next controller.
    if (held.lost.aborted) await new Promise<never>(() => undefined);
  };

  const wakeLoop = async (held: HeldLease): Promise<void> => {
    while (!stopped && !held.lost.aborted) {
      try {
        await wakeDue(db);
      } catch (error) {
        log.warn("waiting operations could not be looked at", { error });
      }
      await sleep(WAKE_EVERY_MS);
    }
  };

  const engine: RunningEngine = {
    ...createSteering(enqueueRun),
    register: (workflow, deps) => {
      if (lease !== null) throw new Error("workflows are registered before the engine is launched");
      if (registered.has(workflow.name)) throw new Error(`two workflows are called ${workflow.name}`);
      registered.set(workflow.name, { workflow: checkNames(workflow), deps });
    },
    launch: async () => {
      await migrateEngine(options.databaseUrl);
      // Connections of its own: a controller with much to do must not lose its lease waiting for one.
      leaseDb = openDb(options.databaseUrl, { maxConnections: 2 });
      const held = await takeLease({
        db: leaseDb,
        name: options.controllerId,
        log,
        times: options.leaseTimes ?? LEASE_TIMES,
        onLost: () => options.onLeaseLost?.(),
        onBeat: () => bury(held),
      });
      lease = held;
      queue = await launchQueue({
        databaseUrl: options.databaseUrl,
        executorId: held.id,
        concurrency: options.concurrency ?? 300,
        log,
        execute: (operationId, run) => execute(held, operationId, run),
      });
      await bury(held);
      waking = wakeLoop(held);
      log.info("workflow engine launched", { controller: held.id });
    },
    stop: async () => {
      stopped = true;
      await waking;
      await lease?.release();
      await queue?.stop();
      await leaseDb?.destroy();
    },
    lease: () => {
      if (lease === null) throw new Error("the engine is not launched");
      return lease;
    },
  };

  const bury = async (held: HeldLease): Promise<void> => {
    if (queue === null || stopped) return;
    const dead = await buryDead(db, held.id, queue.recover);
    if (dead.length > 0) log.warn("took over from dead controllers", { dead });
  };

  return engine;
}

/** Undos are found by the step's name, so a name stands for one step. */
function checkNames(workflow: AnyWorkflow): AnyWorkflow {
  const names = workflow.steps.map((step) => step.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`two steps of ${workflow.name} are called ${twice}`);
  return workflow;
}

/** Wakes the operations whose time has come, a batch at a time; two controllers never take the same. */
export async function wakeDue(db: Db): Promise<number> {
  return inTx(db, async (tx) => {
    const due = await tx
      .selectFrom("operation")
      .select("id")
      .where("state", "=", "waiting")
      .where("wake_at", "<=", sql<Date>`now()`)
      .orderBy("wake_at")
      .limit(WAKE_BATCH)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const { id } of due) await wake(tx, enqueueRun, id);
    return due.length;
  });
}
