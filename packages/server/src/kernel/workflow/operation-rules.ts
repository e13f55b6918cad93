import { AppError, ProviderError, type ProviderFailure } from "../errors.ts";
import type { Door } from "./workflow.ts";

/** Read a row as: in this state these doors are open. Every other state has none. */
const DOORS = {
  parked: ["retry", "rollback", "accept"],
  stuck: ["retry", "accept"],
} as const satisfies Record<string, readonly Door[]>;

export const ENDED = ["done", "failed", "cancelled", "undone", "accepted"] as const;
export type EndState = (typeof ENDED)[number];
export type OperationState = "queued" | "running" | "waiting" | "parked" | "stuck" | "unwinding" | EndState;

/** Something happens, or a person must see to it: not just waiting for an answer or a date. */
export const BUSY = ["queued", "running", "unwinding", "parked", "stuck"] as const satisfies readonly OperationState[];

/** Why an operation went backward. */
export type TurnReason = "failure" | "cancel" | "rollback" | "parent";

export function isEnded(state: string): state is EndState {
  return (ENDED as readonly string[]).includes(state);
}

/** Its effects stand: a parent that unwinds takes them back. */
export function stands(state: string): boolean {
  return state === "done" || state === "accepted";
}

export function openDoors(state: string): readonly Door[] {
  return state === "parked" || state === "stuck" ? DOORS[state] : [];
}

export type OperationVerb = Door | "cancel";

interface Decidable {
  readonly state: string;
  readonly phase: string;
}

/** What somebody may do with operations about such a thing: steer them, and that by a role. */
export interface OperationCaller {
  readonly isOperable: boolean;
  readonly isCommanded: boolean;
}

/** Why each decision about an operation is not to be had by this caller now; null for one that is. */
export function decisionReasons(operation: Decidable, caller: OperationCaller): Record<OperationVerb, string | null> {
  const { state, phase } = operation;
  const doors = openDoors(state);
  const reasonOf = (verb: OperationVerb): string | null => {
    if (isEnded(state)) return "It has ended.";
    if (!caller.isOperable) return "That is for the owner of what it changes, and for operators.";
    if (verb === "cancel") return phase === "backward" ? "It is being taken back already." : null;
    if (!doors.includes(verb)) return NOT_STOPPED[verb];
    // To accept what could not be undone leaves it to the operators, so it is theirs to say.
    if (verb === "accept" && state === "stuck" && !caller.isCommanded)
      return "Only an operator may accept what could not be undone.";
    return null;
  };
  return {
    retry: reasonOf("retry"),
    rollback: reasonOf("rollback"),
    accept: reasonOf("accept"),
    cancel: reasonOf("cancel"),
  };
}

const NOT_STOPPED: Record<Door, string> = {
  retry: "It has not stopped at a failure.",
  rollback: "It has not stopped at a failure that it could go back from.",
  accept: "It has not stopped at a failure.",
};

/** How an operation ends that has taken everything back. */
export function endOf(reason: TurnReason): EndState {
  switch (reason) {
    case "failure":
    case "rollback":
      return "failed";
    case "cancel":
      return "cancelled";
    case "parent":
      return "undone";
  }
}

const RETRYABLE: Record<ProviderFailure, boolean> = {
  unreachable: true,
  busy: true,
  denied: false,
  rejected: false,
  not_found: false,
};
/** What is busy gets free by itself, at the latest when the peer that holds it is given up: libvirtd does so after 30 s. */
const MORE_ATTEMPTS_WHILE_BUSY = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** The pause before the next attempt, or null when there is none. `attempt` is the one that failed, from 1. */
export function pauseBeforeRetry(error: unknown, attempt: number, attempts: number): number | null {
  if (!(error instanceof ProviderError) || !RETRYABLE[error.failure]) return null;
  // Who asked for one attempt has reasons of his own.
  const more = error.failure === "busy" && attempts > 1 ? MORE_ATTEMPTS_WHILE_BUSY : 0;
  if (attempt >= attempts + more) return null;
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
}

/** What the user reads. What is neither an AppError nor a ProviderError is our bug, and says nothing. */
export function failureWords(error: unknown): string {
  if (error instanceof AppError || error instanceof ProviderError) return error.message;
  return "internal error";
}
