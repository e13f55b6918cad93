import { ApprovalAsked } from "@berth/api/approval-rule.ts";
import { type Selectable, sql } from "kysely";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { ApprovalRuleTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { Outgoing } from "../kernel/outgoing.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { tokenOf } from "./ask.ts";
import { secretOf } from "./rule-actions.ts";
import { webhookHeaders } from "./signature.ts";
import { type AskRow, endAsk, isOpen, readAsk } from "./store.ts";
import type { AskWorld } from "./world.ts";

type Question = z.input<typeof ApprovalAsked>;
/** What the room above knows of a request. */
export type RequestFacts = Omit<
  Question,
  "type" | "askId" | "requestId" | "rule" | "callbackPath" | "callbackUrl" | "expiresAt"
>;

export interface AskWorldDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly outgoing: Outgoing;
  /** Where people find the portal, without a slash at the end; null when nobody has said. */
  portalUrl(): Promise<string | null>;
  describe(requestId: string): Promise<RequestFacts>;
  /** Tells approvers that a request is theirs to decide. */
  askPeople(tx: Tx, requestId: string): Promise<void>;
  /** How long the tool may take to say that it has the question. */
  readonly answerMs?: number;
}

const ANSWER_MS = 15_000;

export function createAskWorld(deps: AskWorldDeps): AskWorld {
  const { db } = deps;
  return {
    async post(askId, call) {
      const ask = await readAsk(db, askId);
      if (!isOpen(ask)) return { isTaken: true };
      const patience = AbortSignal.timeout(deps.answerMs ?? ANSWER_MS);
      const signal = AbortSignal.any([call.signal, patience]);
      const problem = await tryToPost(deps, ask, { signal }).catch((error: unknown) => {
        if (error instanceof AppError) return error.message;
        if (patience.aborted && !call.signal.aborted) return "the tool did not answer in time";
        throw error;
      });
      if (problem !== null) call.log.warn("the outside tool did not take the question", { askId, problem });
      await db
        .updateTable("approval_ask")
        .set(problem === null ? { state: "asked", asked_at: sql`now()`, error: null } : { error: problem })
        .where("id", "=", askId)
        .where("state", "=", "asking")
        .execute();
      return { isTaken: problem === null };
    },
    async leaveToPeople(tx, askId, state) {
      if (!(await endAsk(tx, askId, { state }))) return;
      await deps.askPeople(tx, (await readAsk(tx, askId)).request_id);
    },
  };
}

/** Null when the tool took the question, else why not. */
async function tryToPost(deps: AskWorldDeps, ask: AskRow, call: { signal: AbortSignal }): Promise<string | null> {
  const { db, secrets } = deps;
  const askId = ask.id;
  const rule =
    ask.rule_id === null
      ? undefined
      : await db.selectFrom("approval_rule").selectAll().where("id", "=", ask.rule_id).executeTakeFirst();
  if (rule === undefined) return "the rule is gone, and with it what to sign with";
  const callbackPath = `/v1/approvals/${secrets.open(ask.token_sealed, tokenOf(askId))}`;
  const portalUrl = await deps.portalUrl();
  const question: Question = {
    type: "approval.asked.v1",
    askId,
    requestId: ask.request_id,
    ...(await deps.describe(ask.request_id)),
    rule: ask.rule_name,
    callbackPath,
    callbackUrl: portalUrl === null ? null : `${portalUrl}${callbackPath}`,
    expiresAt: ask.expires_at.toISOString(),
  };
  const body = JSON.stringify(ApprovalAsked.parse(question));
  const headers = webhookHeaders({ id: askId, body, at: new Date() }, secretsOf(secrets, rule));
  const answer = await deps.outgoing.request({ url: ask.url, method: "POST", body, headers }, call);
  return answer.status >= 200 && answer.status < 300 ? null : `the tool answered ${answer.status}`;
}

function secretsOf(box: SecretBox, rule: Selectable<ApprovalRuleTable>): string[] {
  const { webhook_secret_sealed, webhook_previous_sealed, webhook_previous_until } = rule;
  const isBefore = webhook_previous_until !== null && webhook_previous_until > new Date();
  const sealed = [webhook_secret_sealed, isBefore ? webhook_previous_sealed : null];
  return sealed.flatMap((text) => (text === null ? [] : [box.open(text, secretOf(rule.id))]));
}
