import { type ApprovalRuleInfo, approvalRuleContract } from "@berth/api/approval-rule.ts";
import { z } from "zod";
import { integerKey, mapPage, pageQuery, textKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { moneyShort } from "../kernel/money.ts";
import { type AnswerDeps, answerAsk } from "./answer.ts";
import { createRule, deleteRule, type RuleAndSecret, type RuleDeps, rotateSecret, updateRule } from "./rule-actions.ts";
import { findRule, outcomeOf, type RuleRow } from "./store.ts";

export function approvalRoutes(deps: RuleDeps & AnswerDeps): RouteSet {
  const { db } = deps;
  return implement(approvalRuleContract, {
    listApprovalRules: async ({ query }) => {
      const rows = db
        .selectFrom("approval_rule")
        .selectAll()
        .$if(query.outcome !== undefined, (q) => q.where("outcome", "=", query.outcome ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: { order: integerKey("approval_rule.sort_order"), name: textKey("approval_rule.name") },
        standard: "order",
        id: uuidKey("approval_rule.id"),
        search: textKey("approval_rule.name"),
      });
      return mapPage(page, ruleView);
    },
    getApprovalRule: async ({ params }) => ruleView(await findRule(db, params.id)),
    createApprovalRule: async ({ actor, body }) => withSecret(await createRule(deps, actor, body)),
    updateApprovalRule: async ({ actor, params, body, ifMatch }) =>
      withSecret(await updateRule(deps, actor, { rule: params.id, ifMatch, change: body })),
    deleteApprovalRule: async ({ actor, params }) => {
      await deleteRule(deps, actor, params.id);
      return {};
    },
    rotateWebhookSecret: async ({ actor, params }) => withSecret(await rotateSecret(deps, actor, params.id)),
    answerApproval: ({ params, body }) => answerAsk(deps, params.token, body),
  });
}

function withSecret({ rule, secret }: RuleAndSecret) {
  return { ...ruleView(rule), webhookSecret: secret };
}

const Kinds = z.array(z.enum(["service", "extension"]));

function ruleView(row: RuleRow): z.input<typeof ApprovalRuleInfo> {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    order: row.sort_order,
    outcome: outcomeOf(row),
    notes: row.notes,
    kinds: Kinds.parse(row.kinds),
    templates: row.templates,
    projects: row.projects,
    groups: row.groups,
    maxPricePerDay: row.max_price_per_day === null ? null : moneyShort(row.max_price_per_day),
    maxTotal: row.max_total === null ? null : moneyShort(row.max_total),
    maxDays: row.max_days,
    maxServers: row.max_servers,
    webhookUrl: row.webhook_url,
    webhookHours: row.webhook_hours,
    previousSecretUntil: row.webhook_previous_until?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
