import { randomUUID } from "node:crypto";
import type { approvalRuleContract } from "@berth/api/approval-rule.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { newWebhookSecret } from "./signature.ts";
import { findRule, type RuleRow } from "./store.ts";

type Wish = z.output<typeof approvalRuleContract.createApprovalRule.body>;
type Change = z.output<typeof approvalRuleContract.updateApprovalRule.body>;

export interface RuleDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
}

/** A rule, and the secret of its webhooks where one was just made. */
export interface RuleAndSecret {
  readonly rule: RuleRow;
  readonly secret: string | null;
}

export async function createRule(deps: RuleDeps, actor: Actor, wish: Wish): Promise<RuleAndSecret> {
  refuseWithoutUrl(wish.outcome, wish.webhookUrl ?? null);
  return inTx(deps.db, async (tx) => {
    const id = randomUUID();
    await refuseUnknown(tx, wish);
    const secret = wish.webhookUrl === undefined ? null : newWebhookSecret();
    const made = await tx
      .insertInto("approval_rule")
      .values({
        id,
        name: wish.name,
        outcome: wish.outcome,
        sort_order: wish.order,
        ...columnsOf(wish),
        webhook_secret_sealed: secret === null ? null : deps.secrets.seal(secret, secretOf(id)),
      })
      .onConflict((on) => on.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made === undefined)
      throw new AppError("conflict", `there is an approval rule ${wish.name} already`, {
        fields: [{ field: "name", message: "is taken" }],
      });
    const object = { kind: "approval-rule", id, name: wish.name };
    await audit(tx, { actor, action: "approval-rule.create", object, outcome: "done", details: { ...wish } });
    return { rule: await findRule(tx, id), secret };
  });
}

export async function updateRule(
  deps: RuleDeps,
  actor: Actor,
  given: { readonly rule: string; readonly ifMatch: number; readonly change: Change },
): Promise<RuleAndSecret> {
  const { change, ifMatch } = given;
  return inTx(deps.db, async (tx) => {
    const before = await findRule(tx, given.rule);
    const url = change.webhookUrl === undefined ? before.webhook_url : change.webhookUrl;
    refuseWithoutUrl(change.outcome ?? before.outcome, url);
    await refuseUnknown(tx, change);
    const secret = url !== null && before.webhook_secret_sealed === null ? newWebhookSecret() : null;
    const changed = await tx
      .updateTable("approval_rule")
      .set({
        ...columnsOf(change),
        version: ifMatch + 1,
        ...(change.outcome === undefined ? {} : { outcome: change.outcome }),
        ...(change.order === undefined ? {} : { sort_order: change.order }),
        ...(secret === null ? {} : { webhook_secret_sealed: deps.secrets.seal(secret, secretOf(before.id)) }),
      })
      .where("id", "=", before.id)
      .where("version", "=", ifMatch)
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n)
      throw new AppError(
        "precondition_failed",
        `approval rule ${before.name} was changed meanwhile: it is at version ${before.version}`,
      );
    const object = objectOf(before);
    await audit(tx, { actor, action: "approval-rule.update", object, outcome: "done", details: { ...change } });
    return { rule: await findRule(tx, before.id), secret };
  });
}

export async function deleteRule({ db }: RuleDeps, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const rule = await findRule(tx, idOrName);
    await tx.deleteFrom("approval_rule").where("id", "=", rule.id).execute();
    await audit(tx, { actor, action: "approval-rule.delete", object: objectOf(rule), outcome: "done" });
  });
}

const OVERLAP_HOURS = 24;

/** Makes a new secret; the one before signs too for a day, so that receivers can change in their own time. */
export async function rotateSecret(deps: RuleDeps, actor: Actor, idOrName: string): Promise<RuleAndSecret> {
  return inTx(deps.db, async (tx) => {
    const { id } = await findRule(tx, idOrName);
    const rule = await tx
      .selectFrom("approval_rule")
      .selectAll()
      .where("id", "=", id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (rule.webhook_secret_sealed === null)
      throw new AppError("conflict", `approval rule ${rule.name} has no webhook, and so no secret`);
    const secret = newWebhookSecret();
    await tx
      .updateTable("approval_rule")
      .set({
        version: rule.version + 1,
        webhook_secret_sealed: deps.secrets.seal(secret, secretOf(id)),
        webhook_previous_sealed: rule.webhook_secret_sealed,
        webhook_previous_until: sql<Date>`now() + make_interval(hours => ${OVERLAP_HOURS})`,
      })
      .where("id", "=", id)
      .execute();
    await audit(tx, { actor, action: "approval-rule.rotate-secret", object: objectOf(rule), outcome: "done" });
    return { rule: await findRule(tx, id), secret };
  });
}

/** What a rule's secret is sealed for. */
export const secretOf = (ruleId: string): string => `approval-rule:${ruleId}`;

function refuseWithoutUrl(outcome: string, url: string | null): void {
  if (outcome !== "webhook" || url !== null) return;
  throw new AppError("invalid_request", "a rule that asks an outside tool needs the tool's address", {
    fields: [{ field: "webhookUrl", message: "is needed with outcome webhook" }],
  });
}

const NAMED = { groups: "user_group", projects: "project" } as const;

/** A misspelt group would make a rule that never fits. Templates may come later than the rule. */
async function refuseUnknown(tx: Tx, given: Change): Promise<void> {
  for (const kind of ["groups", "projects"] as const) {
    const names = given[kind] ?? [];
    if (names.length === 0) continue;
    const rows = await tx.selectFrom(NAMED[kind]).select("name").where("name", "in", names).execute();
    const known = new Set(rows.map((row) => row.name));
    const noun = kind.slice(0, -1);
    const fields = names.flatMap((name, i) =>
      known.has(name) ? [] : [{ field: `${kind}[${i}]`, message: `there is no ${noun} ${name}` }],
    );
    if (fields.length > 0)
      throw new AppError("invalid_request", fields.map((field) => field.message).join("; "), { fields });
  }
}

/** What is left out stays out: an update then leaves the column, an insert takes its default. */
function columnsOf(given: Change) {
  return {
    ...(given.notes === undefined ? {} : { notes: given.notes }),
    ...(given.kinds === undefined ? {} : { kinds: given.kinds as string[] }),
    ...(given.templates === undefined ? {} : { templates: given.templates }),
    ...(given.projects === undefined ? {} : { projects: given.projects }),
    ...(given.groups === undefined ? {} : { groups: given.groups }),
    ...(given.maxPricePerDay === undefined ? {} : { max_price_per_day: given.maxPricePerDay }),
    ...(given.maxTotal === undefined ? {} : { max_total: given.maxTotal }),
    ...(given.maxDays === undefined ? {} : { max_days: given.maxDays }),
    ...(given.maxServers === undefined ? {} : { max_servers: given.maxServers }),
    ...(given.webhookUrl === undefined ? {} : { webhook_url: given.webhookUrl }),
    ...(given.webhookHours === undefined ? {} : { webhook_hours: given.webhookHours }),
  };
}

function objectOf(rule: { readonly id: string; readonly name: string }) {
  return { kind: "approval-rule", id: rule.id, name: rule.name };
}
