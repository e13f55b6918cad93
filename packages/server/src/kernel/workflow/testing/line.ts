import { setTimeout as sleep } from "node:timers/promises";
import { dbStep, type StepCall, step, workflow } from "../workflow.ts";

/** Small workflows that the engine's own tests break. */
export interface LineWorld {
  /** What was called, in order: `do one <id>`. */
  readonly calls: string[];
  readonly things: Set<string>;
  /** Errors that the next calls throw, by `<name> <id>`; an empty list under `release <id>` lets held steps go on. */
  readonly faults: Map<string, Error[]>;
}

type Deps = LineWorld & StepCall;

function act(world: LineWorld, key: string, effect: () => void): void {
  const error = world.faults.get(key.replace(/^do /, ""))?.shift();
  if (error !== undefined) throw error;
  world.calls.push(key);
  effect();
}

const one = step({
  name: "one",
  run: async (deps: Deps, i: { id: string }) => {
    deps.progress(50, "half of it");
    act(deps, `do one ${i.id}`, () => deps.things.add(i.id));
    return 1;
  },
  undo: async (deps, i) => act(deps, `undo one ${i.id}`, () => deps.things.delete(i.id)),
});

const two = dbStep({
  name: "two",
  run: async (tx, i: { id: string }) => {
    await tx.insertInto("operation_log").values({ operation_id: i.id, level: "info", message: "two" }).execute();
    return 2;
  },
  undo: async (tx, i, deps: LineWorld) => {
    deps.calls.push(`undo two ${i.id}`);
    await tx.deleteFrom("operation_log").where("operation_id", "=", i.id).where("message", "=", "two").execute();
  },
});

const three = step({
  name: "three",
  run: async (deps: Deps, i: { id: string; sum: number }) => {
    act(deps, `do three ${i.id}`, () => undefined);
    return { sum: i.sum };
  },
  undo: async (deps, i) => act(deps, `undo three ${i.id}`, () => undefined),
});

export const line = workflow({
  name: "line",
  onFailure: "unwind",
  steps: [one, two, three],
  async run(wf, input: { id: string }) {
    const a = await wf.do(one, { id: input.id });
    const b = await wf.do(two, { id: input.id });
    return wf.do(three, { id: input.id, sum: a + b });
  },
});

const parkTwo = step({
  name: "two",
  run: async (deps: Deps, i: { id: string }) => act(deps, `do two ${i.id}`, () => undefined),
  undo: async (deps, i) => act(deps, `undo two ${i.id}`, () => undefined),
});

export const parking = workflow({
  name: "parking",
  onFailure: "park",
  steps: [one, parkTwo],
  async run(wf, input: { id: string }) {
    await wf.do(one, { id: input.id });
    await wf.do(parkTwo, { id: input.id });
  },
});

export const patient = workflow({
  name: "patient",
  onFailure: "unwind",
  steps: [one],
  async run(wf, input: { id: string; until?: string }) {
    await wf.do(one, { id: input.id });
    const until = input.until === undefined ? {} : { until: new Date(input.until) };
    return wf.waitFor<{ ok: unknown }>("approval", { what: "approval", ...until });
  },
});

async function held(deps: Deps, key: string): Promise<void> {
  while (!deps.faults.has(`release ${key}`)) await sleep(20, undefined, { signal: deps.signal });
}

const slowOne = step({
  name: "one",
  run: async (deps: Deps, i: { id: string }) => {
    act(deps, `do one ${i.id}`, () => undefined);
    await held(deps, i.id);
  },
  undo: async (deps, i) => act(deps, `undo one ${i.id}`, () => undefined),
});

export const slow = workflow({
  name: "slow",
  onFailure: "unwind",
  steps: [slowOne, three],
  async run(wf, input: { id: string }) {
    await wf.do(slowOne, { id: input.id });
    await wf.do(three, { id: input.id, sum: 0 });
  },
});

const childStep = step({
  name: "child",
  run: async (deps: Deps, i: { id: string; hold?: string }) => {
    act(deps, `do child ${i.id}`, () => deps.things.add(i.id));
    if (i.hold !== undefined) await held(deps, i.hold);
    return i.id;
  },
  undo: async (deps, i) => act(deps, `undo child ${i.id}`, () => deps.things.delete(i.id)),
});

const childEnd = step({
  name: "child-end",
  run: async (deps: Deps, i: { id: string }) => act(deps, `do child-end ${i.id}`, () => undefined),
  undo: async (deps, i) => act(deps, `undo child-end ${i.id}`, () => undefined),
});

export const failing = workflow({
  name: "child",
  onFailure: "unwind",
  steps: [childStep, childEnd],
  async run(wf, input: { id: string; hold?: string }) {
    const id = await wf.do(childStep, input);
    await wf.do(childEnd, { id: input.id });
    return id;
  },
});

interface ParentInput {
  id: string;
  children?: number;
  hold?: boolean;
  park?: boolean;
}

export const parent = workflow({
  name: "parent",
  onFailure: (input: ParentInput) => (input.park === true ? "park" : "unwind"),
  steps: [one],
  async run(wf, input: ParentInput) {
    await wf.do(one, { id: input.id });
    const numbers = [...Array(input.children ?? 0).keys()];
    return wf.all(
      numbers.map((n) => ({
        workflow: failing,
        id: `${input.id}-${n}`,
        input: { id: `${input.id}-${n}`, ...(input.hold === true ? { hold: input.id } : {}) },
        title: `part ${n}`,
      })),
    );
  },
});

export const counts = workflow({
  name: "counts",
  onFailure: "unwind",
  steps: [one, childEnd],
  async run(wf, input: { id: string }) {
    await Promise.all([wf.do(one, { id: input.id }), wf.do(childEnd, { id: input.id })]);
  },
});
