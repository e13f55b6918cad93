import type { Tx } from "../kernel/db/db.ts";
import type { StepCall } from "../kernel/workflow/workflow.ts";

/** Whether the outside tool took the question. One that did not is asked again. */
export interface Sent {
  readonly isTaken: boolean;
}

/** What asking an outside tool needs from outside. */
export interface AskWorld {
  /** One attempt; never fails, as a tool that is down is nothing out of the ordinary. */
  post(askId: string, call: StepCall): Promise<Sent>;
  /** The question has ended without an answer: people decide. */
  leaveToPeople(tx: Tx, askId: string, state: "failed" | "expired"): Promise<void>;
}
