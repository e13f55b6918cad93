import { sql } from "kysely";
import type { Db } from "../db/db.ts";
import { inTx } from "../db/db.ts";
import { silentLog } from "../log.ts";
import { json } from "./journal.ts";
import type { Lease } from "./lease.ts";
import { type AnyWorkflow, type Moment, type Registered, type Runtime, runOperation } from "./runner.ts";
import { createSteering } from "./steering.ts";
import type { Door } from "./workflow.ts";

/** The controller dies here: nothing after this point happens, and another takes the run up. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface BenchOptions {
  readonly db: Db;
  readonly workflows: readonly Registered[];
  /** What is sent to an operation that waits for a topic. A wait without one is over when its time has passed. */
  readonly messages: Readonly<Record<string, unknown>>;
  /** Called at each named point; throws what is to happen there. */
  readonly onMoment: (moment: Moment) => void | Promise<void>;
}

export interface Rest {
  readonly state: string;
  readonly error: string | null;
}

/** Runs workflows from the real journal and the real runner, one run at a time, without queue, clock or lease. */
export interface Bench {
  start(workflow: AnyWorkflow, id: string, input: unknown): Promise<void>;
  /** Runs until nothing more is to be done: the operation has ended, or a part of it waits for a person. */
  drive(id: string): Promise<Rest>;
  /** The parts of an operation that are parked. */
  parked(id: string): Promise<string[]>;
  open(id: string, door: Door): Promise<void>;
  cancel(id: string): Promise<void>;
}

const MAX_ROUNDS = 5_000;

export function createBench(options: BenchOptions): Bench {
  const { db } = options;
  const due: { id: string; run: number }[] = [];
  let claims = 0;
  let clockMs = Date.now();
  const rt: Runtime = {
    db,
    log: silentLog,
    lease: ENDLESS,
    dispatch: async (_tx, id, run) => void due.push({ id, run }),
    registered: new Map(options.workflows.map((known) => [known.workflow.name, known])),
    nextRunner: () => `bench/${++claims}`,
    now: () => new Date(clockMs),
    onMoment: options.onMoment,
  };
  const steering = createSteering(rt.dispatch);

  const runOne = async (next: { id: string; run: number }): Promise<void> => {
    try {
      await runOperation(rt, next.id, next.run);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      due.unshift(next);
    }
  };

  /** Gives waiting operations what they wait for. False when there is none. */
  const answer = async (rootId: string): Promise<boolean> => {
    const waiting = await db
      .selectFrom("operation")
      .select(["id", "wait_topic", "wake_at", "waits_for", "wait_kind"])
      .where("root_id", "=", rootId)
      .where("state", "=", "waiting")
      .where("wait_kind", "in", ["message", "time"])
      .execute();
    for (const op of waiting) {
      const topic = op.wait_topic ?? "";
      if (topic in options.messages) {
        await inTx(db, (tx) => steering.send(tx, op.id, topic, options.messages[topic]));
      } else if (op.wake_at !== null) {
        clockMs = Math.max(clockMs, op.wake_at.getTime() + 1_000);
        await passTime(op.id, op.waits_for ?? "", { topic: op.wait_topic, until: op.wake_at });
      } else {
        throw new Error(`it waits for ${op.waits_for} (topic ${topic}), and the exercise has no message for that`);
      }
    }
    return waiting.length > 0;
  };

  /** Writes the end of a wait as if its time had come, and takes the operation up again. */
  const passTime = (id: string, what: string, input: unknown): Promise<void> =>
    inTx(db, async (tx) => {
      await sql`
        insert into operation_step (operation_id, position, name, kind, state, input, output)
        select ${id}, coalesce(max(position), 0) + 1, ${what}, 'wait', 'done', ${json(input)}::jsonb, 'null'::jsonb
        from operation_step where operation_id = ${id}`.execute(tx);
      const row = await tx
        .updateTable("operation")
        .set({ run: sql`run + 1`, state: "queued", wait_kind: null, wait_topic: null, wake_at: null, waits_for: null })
        .where("id", "=", id)
        .returning("run")
        .executeTakeFirstOrThrow();
      await rt.dispatch(tx, id, row.run);
    });

  return {
    start: (workflow, id, input) =>
      inTx(db, (tx) =>
        steering.start(tx, workflow, {
          id,
          input,
          title: workflow.name,
          subject: { kind: "exercise", id },
          userId: null,
        }),
      ),
    open: (id, door) => inTx(db, (tx) => steering.open(tx, id, door)),
    cancel: (id) => inTx(db, (tx) => steering.cancel(tx, id, "the exercise cancels")),
    parked: async (id) => {
      const parts = db.selectFrom("operation").select("id").where("root_id", "=", id).where("state", "=", "parked");
      return (await parts.execute()).map((part) => part.id);
    },
    drive: async (id) => {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const next = due.shift();
        if (next !== undefined) {
          await runOne(next);
          continue;
        }
        if (!(await answer(id))) return restOf(db, id);
      }
      throw new Error("it does not come to rest");
    },
  };
}

/** How the operation stands; when a part of it keeps it waiting, that part's trouble too. */
async function restOf(db: Db, id: string): Promise<Rest> {
  const parts = await db
    .selectFrom("operation")
    .select(["id", "title", "state", "error"])
    .where("root_id", "=", id)
    .execute();
  const root = parts.find((part) => part.id === id);
  const stuck = parts.find((part) => part.id !== id && part.state === "stuck");
  const error = stuck === undefined ? (root?.error ?? null) : `${stuck.title} is stuck: ${stuck.error}`;
  return { state: root?.state ?? "gone", error };
}

const ENDLESS: Lease = {
  held: async () => undefined,
  remainingMs: () => Number.POSITIVE_INFINITY,
  signal: () => new AbortController().signal,
  lost: new AbortController().signal,
};
