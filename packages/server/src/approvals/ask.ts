import { randomUUID } from "node:crypto";
import { hashSecret, newSecret } from "../kernel/auth/secrets.ts";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { type AskEnded, approvalAsk } from "./approval-ask.ts";
import type { ApprovalRule } from "./rules.ts";
import { type AskRow, endAsk, findRule, isOpen, openAsks } from "./store.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Over half a day in all: a tool that is down for a night is still asked in the morning. */
const PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  9 * HOUR_MS,
];

export interface AskDeps {
  readonly engine: Pick<Engine, "start" | "send">;
  readonly secrets: SecretBox;
  /** Shorter ones for tests. */
  readonly pausesMs?: readonly number[];
}

/** What a question is about. */
export interface Asked {
  readonly requestId: string;
  readonly service: { readonly id: string; readonly name: string };
  readonly userId: string | null;
  /** The answer is of no use after it. */
  readonly endsAt: Date;
}

/** Begins to ask the outside tool of a rule, within the transaction that makes the request. */
export async function startAsk(deps: AskDeps, tx: Tx, rule: Pick<ApprovalRule, "id">, asked: Asked): Promise<void> {
  const row = await findRule(tx, rule.id);
  if (row.webhook_url === null) throw new Error(`approval rule ${row.name} has no address to ask at`);
  const askId = randomUUID();
  const token = newSecret("approval");
  const latest = new Date(Date.now() + row.webhook_hours * HOUR_MS);
  const expiresAt = latest < asked.endsAt ? latest : asked.endsAt;
  await tx
    .insertInto("approval_ask")
    .values({
      id: askId,
      request_id: asked.requestId,
      rule_id: row.id,
      rule_name: row.name,
      url: row.webhook_url,
      token_hash: hashSecret(token),
      token_sealed: deps.secrets.seal(token, tokenOf(askId)),
      expires_at: expiresAt,
    })
    .execute();
  await deps.engine.start(tx, approvalAsk, {
    id: askId,
    input: { askId, expiresAt: expiresAt.toISOString(), pausesMs: [...(deps.pausesMs ?? PAUSES_MS)] },
    title: `ask ${row.name} about ${asked.service.name}`,
    subject: { kind: "service", id: asked.service.id },
    userId: asked.userId,
  });
}

/** What a question's token is sealed for. */
export const tokenOf = (askId: string): string => `approval-ask:${askId}`;

/** People have decided, or there is nothing to decide any more: the outside tool's answer is not waited for. */
export async function closeAsks(engine: Pick<Engine, "send">, tx: Tx, requestId: string): Promise<void> {
  for (const askId of await openAsks(tx, requestId)) {
    await endAsk(tx, askId, { state: "closed" });
    const ended: AskEnded = { state: "closed" };
    await engine.send(tx, askId, "ended", ended);
  }
}

/** The question that a token answers, locked until the transaction ends. @throws AppError `not_found`, `conflict`. */
export async function lockAsk(tx: Tx, token: string): Promise<AskRow> {
  const ask = await tx
    .selectFrom("approval_ask")
    .selectAll()
    .where("token_hash", "=", hashSecret(token))
    .forUpdate()
    .executeTakeFirst();
  if (ask === undefined) throw new AppError("not_found", "there is no such question");
  if (!isOpen(ask)) throw new AppError("conflict", ENDED[ask.state] ?? "the question has ended");
  if (ask.expires_at <= new Date()) throw new AppError("conflict", ENDED.expired);
  return ask;
}

const ENDED: Record<string, string> & { expired: string } = {
  answered: "the question was answered already; a token holds for one answer",
  expired: "the question has expired; people decide now",
  closed: "people have decided already, or the request was taken back",
  failed: "the question could not be delivered in time; people decide now",
};
