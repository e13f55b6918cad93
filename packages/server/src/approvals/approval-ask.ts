import { dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { AskWorld, Sent } from "./world.ts";

export interface ApprovalAsk {
  readonly askId: string;
  readonly expiresAt: string;
  /** How long to wait before each further attempt. */
  readonly pausesMs: readonly number[];
}

/** Sent when the answer has come, or when people decided first. */
export interface AskEnded {
  readonly state: "answered" | "closed";
}

const post = step({
  name: "post-webhook",
  timeoutMs: 30_000,
  // The pauses between attempts are the workflow's, so that they outlast any controller.
  attempts: 1,
  run: (deps: AskWorld & StepCall, i: ApprovalAsk): Promise<Sent> => deps.post(i.askId, deps),
  undo: { none: "a question can't be unsaid; its answer is refused once the question has ended" },
});

const giveUp = dbStep({
  name: "give-up",
  run: (tx, i: ApprovalAsk, deps: AskWorld) => deps.leaveToPeople(tx, i.askId, "failed"),
  undo: { none: "the last step: nothing after it can fail" },
});

const expire = dbStep({
  name: "expire",
  run: (tx, i: ApprovalAsk, deps: AskWorld) => deps.leaveToPeople(tx, i.askId, "expired"),
  undo: { none: "the last step: nothing after it can fail" },
});

/** Asks an outside tool until it has taken the question, waits for its answer, and leaves it to people when none comes. */
export const approvalAsk = workflow({
  name: "approval-ask",
  onFailure: "park",
  steps: [post, giveUp, expire],
  async run(wf, input: ApprovalAsk) {
    for (const pauseMs of [...input.pausesMs, null]) {
      if ((await wf.do(post, input)).isTaken) break;
      if (pauseMs === null) return void (await wf.do(giveUp, input));
      const until = new Date((await wf.now()).getTime() + pauseMs);
      if ((await wf.waitFor<AskEnded>("ended", { what: "next attempt", until })) !== null) return;
    }
    const ended = await wf.waitFor<AskEnded>("ended", { what: "answer", until: new Date(input.expiresAt) });
    if (ended === null) await wf.do(expire, input);
  },
});
