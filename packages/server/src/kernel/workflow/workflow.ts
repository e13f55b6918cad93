import type { Tx } from "../db/db.ts";
import type { Log } from "../log.ts";

/**
 * Durable workflows as the rooms see them. Only `kernel/workflow` knows the engine below (DBOS).
 *
 * A step's undo takes the step's input and is recorded before its run, so a lost reply can still be undone.
 * `run` and `undo` state goals: twice is once, and undo of what never was is success.
 */

/** What every step is given beside its deps. */
export interface StepCall {
  /** Ends when the step's time is up or the controller loses its lease. */
  readonly signal: AbortSignal;
  /** Lines appear in the operation's log, and in the controller's. */
  readonly log: Log;
  /** Percent 0 to 100, with what is being done just now. Cheap: calls are thinned out. */
  progress(percent: number, note?: string): void;
}

export type Undo<D, I> = ((deps: D & StepCall, input: I) => Promise<unknown>) | { readonly none: string };

/** A step with effects outside our database. */
export interface EffectStep<D, I, O> {
  readonly kind: "effect";
  readonly name: string;
  readonly run: (deps: D & StepCall, input: I) => Promise<O>;
  readonly undo: Undo<D, I>;
  /** How long one attempt may take. Default 60 s. */
  readonly timeoutMs: number;
  /** How often a retryable ProviderError (`unreachable`, `busy`) is tried in all. Default 5, with growing pauses. */
  readonly attempts: number;
}

/** A step that touches our database only: it commits in one transaction with its journal entry. */
export interface DbStep<D, I, O> {
  readonly kind: "db";
  readonly name: string;
  readonly run: (tx: Tx, input: I, deps: D) => Promise<O>;
  readonly undo: ((tx: Tx, input: I, deps: D) => Promise<unknown>) | { readonly none: string };
}

export type Step<D, I, O> = EffectStep<D, I, O> | DbStep<D, I, O>;

export function step<D, I, O>(
  definition: Pick<EffectStep<D, I, O>, "name" | "run" | "undo"> &
    Partial<Pick<EffectStep<D, I, O>, "timeoutMs" | "attempts">>,
): EffectStep<D, I, O> {
  return { kind: "effect", timeoutMs: 60_000, attempts: 5, ...definition };
}

export function dbStep<D, I, O>(definition: Omit<DbStep<D, I, O>, "kind">): DbStep<D, I, O> {
  return { kind: "db", ...definition };
}

/** A child workflow to run; `id` is chosen by the caller before anything happens. */
// biome-ignore lint/suspicious/noExplicitAny: children of different types stand in one list
export interface Child<O = any> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly workflow: Workflow<any, any, O>;
  readonly id: string;
  readonly input: unknown;
  /** Shown in the operation tree, for example the server's name. */
  readonly title: string;
}

/** What a workflow's `run` works with. Everything that is not in here must be deterministic. */
export interface Wf<D> {
  /** The workflow's own id, which is also its operation's id. */
  readonly id: string;
  do<I, O>(step: Step<D, I, O>, input: I): Promise<O>;
  /**
   * Runs children in parallel and waits for all. If one fails, the failed one has unwound itself; the others, once
   * done, are undone when this workflow unwinds.
   */
  all<O>(children: readonly Child<O>[]): Promise<O[]>;
  /** Waits, over restarts, until the time has come. */
  waitUntil(at: Date, what: string): Promise<void>;
  /** Waits, over restarts, for a message sent with `Engine.send`; null when `until` has passed first. */
  waitFor<T>(topic: string, options: { what: string; until?: Date }): Promise<T | null>;
  /** The time, the same again on replay. */
  now(): Promise<Date>;
}

export interface Workflow<D, I, O> {
  readonly name: string;
  /** `unwind`: undo all in reverse. `park`: stop, stay resumable, tell an operator (doors: retry, roll back, accept). */
  readonly onFailure: "unwind" | "park" | ((input: I, error: unknown) => "unwind" | "park");
  /** All steps that `run` may use, so that undos can be found by name, and tests can enumerate them. */
  // biome-ignore lint/suspicious/noExplicitAny: steps of different types stand in one list
  readonly steps: readonly Step<D, any, any>[];
  readonly run: (wf: Wf<D>, input: I) => Promise<O>;
}

export function workflow<D, I, O>(definition: Workflow<D, I, O>): Workflow<D, I, O> {
  return definition;
}

export type Door = "retry" | "rollback" | "accept";

/** Starts and steers workflows. Inputs must be JSON. */
export interface Engine {
  /** Starts within the caller's transaction: if it rolls back, nothing runs. The same id again is the same workflow. */
  start<D, I, O>(tx: Tx, workflow: Workflow<D, I, O>, options: StartOptions<I>): Promise<void>;
  /** Sends to a waiting workflow, within the caller's transaction. */
  send(tx: Tx, workflowId: string, topic: string, message: unknown): Promise<void>;
  /** Sets the flag that is looked at between steps; the workflow then unwinds. Children too. */
  cancel(tx: Tx, workflowId: string, reason: string): Promise<void>;
  /** Opens one of the doors of a parked or stuck operation. */
  open(tx: Tx, workflowId: string, door: Door): Promise<void>;
}

export interface StartOptions<I> {
  readonly id: string;
  readonly input: I;
  /** Shown as the operation's title. */
  readonly title: string;
  /** What the operation is about, for lists: `{ kind: "service", id }`. */
  readonly subject: { readonly kind: string; readonly id: string };
  /** Who asked for it; null for the system itself. */
  readonly userId: string | null;
}
