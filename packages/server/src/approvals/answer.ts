import { audit } from "../audit/audit.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import type { AskEnded } from "./approval-ask.ts";
import { lockAsk } from "./ask.ts";
import { endAsk } from "./store.ts";

/** What an outside tool, or a rule, said about a request. */
export interface Decision {
  readonly verb: "approve" | "reject";
  /** Who decided, in words. */
  readonly by: string;
  readonly reason: string | null;
}

export interface AnswerDeps {
  readonly db: Db;
  readonly engine: Pick<Engine, "send">;
  /** Decides a request in the room above; `conflict` when it was decided before. Answers its state. */
  decide(tx: Tx, requestId: string, decision: Decision): Promise<string>;
}

interface Answer {
  readonly decision: "approve" | "reject";
  readonly by: string;
  readonly reason?: string | undefined;
}

/** Takes the answer of an outside tool: once, and only from who holds the question's token. */
export async function answerAsk(deps: AnswerDeps, token: string, answer: Answer): Promise<{ state: string }> {
  const reason = answer.reason ?? null;
  if (answer.decision === "reject" && reason === null)
    throw new AppError("invalid_request", "a rejection needs its reason", {
      fields: [{ field: "reason", message: "is needed to reject: it is told to the requester" }],
    });
  return inTx(deps.db, async (tx) => {
    const ask = await lockAsk(tx, token);
    const by = `${answer.by} (by ${ask.rule_name})`;
    await endAsk(tx, ask.id, { state: "answered", decision: answer.decision, by: answer.by, reason });
    const ended: AskEnded = { state: "answered" };
    await deps.engine.send(tx, ask.id, "ended", ended);
    const state = await deps.decide(tx, ask.request_id, { verb: answer.decision, by, reason });
    await audit(tx, {
      actor: { userId: null, name: by },
      action: `request.${answer.decision}`,
      object: { kind: "request", id: ask.request_id },
      outcome: "done",
      details: { rule: ask.rule_name, askId: ask.id },
    });
    return { state };
  });
}
