import { randomUUID } from "node:crypto";
import { inspect, isDeepStrictEqual } from "node:util";
import type { Db } from "../db/db.ts";
import { createTestDb } from "../db/test-db.ts";
import { AppError } from "../errors.ts";
import { type Bench, Crash, createBench, type Rest } from "./exercise-bench.ts";
import { isEnded } from "./operation-rules.ts";
import { StepFailed } from "./run-step.ts";
import type { AnyWorkflow, Moment, Registered } from "./runner.ts";
import type { StepCall, Workflow } from "./workflow.ts";

/**
 * Breaks a workflow everywhere, on the real journal and runner. After a run that goes well, and for each step of it:
 *
 * - the step fails, before its effect and after it; the controller dies before the effect, between effect and record
 *   (so the effect happens twice), and after the record; the operation is cancelled after it;
 * - on the way back, the controller dies at the same three points (so each undo happens twice).
 *
 * Whatever goes back must leave the world as it was before; whatever goes on must leave it as the run that went well
 * did. Of a workflow that parks, both doors are tried: retry, and rollback where there is a way back. Steps of child
 * workflows are broken at their first and last one: the rest is for the child's own exercise.
 */
export async function exerciseWorkflow<D extends object, I, O, X>(
  workflow: Workflow<D, I, O>,
  options: ExerciseOptions<NoInfer<D>, NoInfer<I>, X>,
): Promise<{ readonly cases: number }> {
  const test = await createTestDb(options.blocks === undefined ? {} : { blocks: options.blocks });
  try {
    const exercise = createExercise(test.db, workflow, options);
    const plain = await exercise(NO_FAULT);
    const problems: string[] = plain.problem === null ? [] : [plain.problem];
    const faults = plain.problem === null ? await planFaults(exercise, plain, workflow) : [];
    for (const fault of faults) {
      const { problem } = await exercise(fault, plain);
      if (problem !== null) problems.push(problem);
    }
    if (problems.length === 0) return { cases: faults.length + 1 };
    const shown = problems.slice(0, MAX_SHOWN).join("\n\n");
    throw new Error(`${workflow.name}: ${problems.length} of ${faults.length + 1} cases went wrong\n\n${shown}`);
  } finally {
    await test.drop();
  }
}

/** What a workflow is given in one case: made anew for each, with ids of its own when it lives in the database. */
export interface World<D extends object, I> {
  readonly deps: Omit<D, keyof StepCall>;
  readonly input: I;
  /** Workflows that run as parts, and what their steps are given. */
  readonly children?: readonly { readonly workflow: AnyWorkflow; readonly deps: object }[];
  /** What the workflow is sent when it waits for a topic. A wait without a message ends by its time. */
  readonly messages?: Readonly<Record<string, unknown>>;
  /**
   * For worlds that keep in memory what really is in rows: notes how that is now, and returns how to get back to it.
   * Called before each database step, whose transaction may be rolled back.
   */
  readonly saveRows?: () => () => void;
}

/** `X` is what the snapshot needs beside. */
export interface ExerciseOptions<D extends object, I, X = unknown> {
  readonly setUp: (db: Db) => Promise<World<D, I> & X>;
  /**
   * What must be the same again. Say names, counts and states, not ids and times, which differ from case to case.
   * Everything outside that the workflow touches, and everything it must not touch.
   */
  readonly snapshot: (world: World<D, I> & NoInfer<X>) => unknown;
  /** False for what can't be undone (wiped, deleted): such a workflow parks, and is only ever retried. */
  readonly goesBack?: boolean;
  /** Migrations that the world needs, by their first two digits. All when absent. */
  readonly blocks?: readonly string[];
}

const MAX_SHOWN = 8;
const MAX_LEVELS = 5;

type FaultKind = "none" | "fail" | "crash" | "cancel" | "back-crash";

interface Fault extends Omit<Moment, "direction" | "operationId"> {
  readonly kind: FaultKind;
  /** Which time the step is reached: children may run the same one many times. */
  readonly nth: number;
  /** For `back-crash`: where it turns. The last step fails; or the whole is done and taken back, as a parent would. */
  readonly turn?: Place | "at-end";
  readonly door: "retry" | "rollback";
}

interface Place {
  readonly workflow: string;
  readonly step: string;
  readonly nth: number;
}

const NO_FAULT: Fault = { kind: "none", workflow: "", step: "", point: "before", nth: 0, door: "retry" };

interface Outcome {
  readonly problem: string | null;
  readonly forward: readonly Place[];
  readonly backward: readonly Place[];
  readonly atRest: unknown;
  readonly parks: boolean;
  readonly goesBack: boolean;
}

type Exercise = (fault: Fault, plain?: Outcome) => Promise<Outcome>;

function createExercise<D extends object, I, O, X>(
  db: Db,
  workflow: Workflow<D, I, O>,
  options: ExerciseOptions<D, I, X>,
): Exercise {
  const goesBack = options.goesBack ?? true;
  return async (fault, plain) => {
    const world = await options.setUp(db);
    const id = randomUUID();
    const exercised = fault.turn === "at-end" ? turningAtEnd(workflow) : workflow;
    const workflows: Registered[] = [{ workflow: exercised, deps: world.deps }, ...(world.children ?? [])];
    const script = createScript(fault, workflows, world.saveRows ?? (() => () => undefined), () => bench.cancel(id));
    const bench: Bench = createBench({ db, workflows, messages: world.messages ?? {}, onMoment: script.onMoment });
    const policy =
      typeof workflow.onFailure === "function" ? workflow.onFailure(world.input, null) : workflow.onFailure;
    const before = structuredClone(await options.snapshot(world));
    const result = (problem: string | null, atRest: unknown): Outcome => ({
      problem: problem === null ? null : `${describe(fault)}: ${problem}`,
      forward: script.reached("forward"),
      backward: script.reached("backward"),
      atRest,
      parks: policy === "park",
      goesBack,
    });
    try {
      await bench.start(workflow, id, world.input);
      const rest = await throughDoors(bench, id, goesBack ? fault.door : "retry");
      const after = structuredClone(await options.snapshot(world));
      if (fault.kind !== "none" && !script.hasFired()) return result("the step was not reached this time", after);
      const problem = judge({ rest, before, after, plain: plain?.atRest ?? after, goesBack, fault });
      return result(problem ?? (await leftovers(db, id)), after);
    } catch (error) {
      return result(error instanceof Error ? (error.stack ?? error.message) : String(error), null);
    }
  };
}

/** Opens the door for every part that parks: a child first, and when that went back, its parent. */
async function throughDoors(bench: Bench, id: string, door: "retry" | "rollback"): Promise<Rest> {
  let rest = await bench.drive(id);
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    const parked = await bench.parked(id);
    if (parked.length === 0) return rest;
    for (const part of parked) await bench.open(part, door);
    rest = await bench.drive(id);
  }
  return rest;
}

/** Makes the fault happen, once, and writes down which steps were reached. */
function createScript(
  fault: Fault,
  workflows: readonly Registered[],
  saveRows: () => () => void,
  cancel: () => Promise<void>,
) {
  const counts = new Map<string, number>();
  const reached = { forward: [] as Place[], backward: [] as Place[] };
  let fired = false;
  let turned = false;
  let restore = () => {};
  const isDbStep = (moment: Moment) =>
    workflows.some(
      (w) =>
        w.workflow.name === moment.workflow && w.workflow.steps.some((s) => s.name === moment.step && s.kind === "db"),
    );
  const breakOff = (moment: Moment, error: Error): never => {
    // The transaction is rolled back; what stands for its rows goes with it.
    if (moment.point === "after-effect" && isDbStep(moment)) restore();
    throw error;
  };

  return {
    hasFired: () => fired,
    reached: (direction: Moment["direction"]) => reached[direction],
    onMoment: async (moment: Moment): Promise<void> => {
      const key = `${moment.direction} ${moment.workflow} ${moment.step} ${moment.point}`;
      const nth = (counts.get(key) ?? 0) + 1;
      counts.set(key, nth);
      if (moment.point === "before") {
        reached[moment.direction].push({ workflow: moment.workflow, step: moment.step, nth });
        restore = saveRows();
      }
      if (
        typeof fault.turn === "object" &&
        !turned &&
        moment.direction === "forward" &&
        moment.point === "after-effect" &&
        isAt(fault.turn, moment, nth)
      ) {
        turned = true;
        breakOff(moment, new StepFailed(moment.step, { cause: injected(moment) }));
      }
      const direction = fault.kind === "back-crash" ? "backward" : "forward";
      if (fired || moment.direction !== direction || moment.point !== fault.point || !isAt(fault, moment, nth)) return;
      fired = true;
      switch (fault.kind) {
        case "fail":
          return breakOff(moment, new StepFailed(moment.step, { cause: injected(moment) }));
        case "crash":
        case "back-crash":
          return breakOff(moment, new Crash("the exercise ends the controller here"));
        case "cancel":
          return cancel();
        case "none":
          return;
      }
    },
  };
}

function isAt(place: Place, moment: Moment, nth: number): boolean {
  return place.workflow === moment.workflow && place.step === moment.step && place.nth === nth;
}

function injected(moment: Moment): AppError {
  return new AppError("unavailable", `the exercise fails ${moment.step}`);
}

/** All faults for what a run that went well has reached. */
async function planFaults(exercise: Exercise, plain: Outcome, workflow: AnyWorkflow): Promise<Fault[]> {
  const places = worthBreaking(plain.forward, workflow.name);
  const doors = !plain.parks
    ? (["rollback"] as const)
    : plain.goesBack
      ? (["retry", "rollback"] as const)
      : (["retry"] as const);
  const forward = places.flatMap((place): Fault[] => [
    ...doors.flatMap((door): Fault[] => [
      { ...place, kind: "fail", point: "before", door },
      { ...place, kind: "fail", point: "after-effect", door },
    ]),
    { ...place, kind: "crash", point: "before", door: "retry" },
    { ...place, kind: "crash", point: "after-effect", door: "retry" },
    { ...place, kind: "crash", point: "after-record", door: "retry" },
    ...(plain.goesBack ? [{ ...place, kind: "cancel", point: "after-record", door: "rollback" } as const] : []),
  ]);
  const last = plain.forward.at(-1);
  if (!plain.goesBack || last === undefined) return forward;
  const turn = wayBack(workflow, last);
  const turned = await exercise({ ...NO_FAULT, turn, door: "rollback" }, plain);
  const backward = worthBreaking(turned.backward, workflow.name).flatMap((place): Fault[] =>
    POINTS.map((point) => ({ ...place, kind: "back-crash", point, turn, door: "rollback" })),
  );
  return [...forward, ...backward];
}

const POINTS = ["before", "after-effect", "after-record"] as const;

/** A last step that can't be undone is one after which nothing fails: then it is the one that does. */
function wayBack(workflow: AnyWorkflow, last: Place): Place | "at-end" {
  const step = last.workflow === workflow.name ? workflow.steps.find((one) => one.name === last.step) : undefined;
  return step !== undefined && typeof step.undo !== "function" ? last : "at-end";
}

function turningAtEnd(workflow: AnyWorkflow): AnyWorkflow {
  return {
    ...workflow,
    run: async (wf, input) => {
      await workflow.run(wf, input);
      throw new AppError("unavailable", "the exercise takes all of it back");
    },
  };
}

/** Every step of the workflow itself, the first and last time that it is reached; of each child workflow the ends. */
function worthBreaking(places: readonly Place[], root: string): Place[] {
  const byStep = [...Map.groupBy(places, (place) => `${place.workflow}/${place.step}`).values()];
  const ends = byStep.flatMap((list) => [...new Set([list[0], list.at(-1)])].filter((place) => place !== undefined));
  const own = ends.filter((place) => place.workflow === root);
  const children = Map.groupBy(
    ends.filter((place) => place.workflow !== root),
    (place) => place.workflow,
  );
  const ofChildren = [...children.values()].flatMap((list) => {
    const steps = [...new Set(list.map((place) => place.step))];
    return list.filter((place) => place.step === steps[0] || place.step === steps.at(-1));
  });
  return [...own, ...ofChildren];
}

interface Verdict {
  readonly rest: Rest;
  readonly before: unknown;
  readonly after: unknown;
  readonly plain: unknown;
  readonly goesBack: boolean;
  readonly fault: Fault;
}

function judge({ rest, before, after, plain, fault }: Verdict): string | null {
  const wanted = endsOf(fault);
  const end = `${rest.state}${rest.error === null ? "" : ` (${rest.error})`}`;
  if (!wanted.includes(rest.state)) return `it ended ${end} instead of ${wanted.join(" or ")}`;
  const same = rest.state === "done" ? plain : before;
  if (isDeepStrictEqual(after, same)) return null;
  const what = rest.state === "done" ? "the run that went well left" : "there was before";
  return `it ended ${end}, and the world is not what ${what}\n  then: ${show(same)}\n  now:  ${show(after)}`;
}

function endsOf(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case "none":
    case "crash":
      return ["done"];
    case "back-crash":
      return ["failed"];
    case "fail":
      return fault.door === "rollback" ? ["failed"] : ["done"];
    case "cancel":
      // After the last step there is nothing left to cancel.
      return ["cancelled", "done"];
  }
}

/** Every part has ended, and no step stands open. */
async function leftovers(db: Db, id: string): Promise<string | null> {
  const parts = await db.selectFrom("operation").select(["id", "title", "state"]).where("root_id", "=", id).execute();
  const open = parts.find((part) => !isEnded(part.state));
  if (open !== undefined) return `${open.title} is still ${open.state}`;
  const ids = parts.map((part) => part.id);
  const running = await db
    .selectFrom("operation_step")
    .select("name")
    .where("operation_id", "in", ids)
    .where("state", "in", ["running", "undoing"])
    .executeTakeFirst();
  return running === undefined ? null : `the journal says that ${running.name} still runs`;
}

function describe(fault: Fault): string {
  const where = `${fault.workflow} / ${fault.step}${fault.nth > 1 ? ` (time ${fault.nth})` : ""}`;
  switch (fault.kind) {
    case "none":
      return "nothing goes wrong";
    case "fail":
      return `${where} fails ${fault.point}, then ${fault.door}`;
    case "crash":
      return `the controller dies ${fault.point} of ${where}`;
    case "back-crash":
      return `the controller dies ${fault.point} of the undo of ${where}`;
    case "cancel":
      return `cancelled after ${where}`;
  }
}

function show(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY, sorted: true });
}
