import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const ApprovalOutcome = z
  .enum(["approve", "ask", "webhook"])
  .describe("approve by itself, ask people, or ask an outside tool (people may decide meanwhile)");

const Amount = z.string().regex(/^(?:0|[1-9]\d{0,9})(?:\.\d{1,4})?$/, "an amount like 12 or 12.50");
const URL_WORDS = "where a webhook is sent";

/** What a request must be like; what is not given does not matter. */
const match = {
  kinds: z
    .array(z.enum(["service", "extension"]))
    .max(2)
    .describe("new services, or longer leases; none named: both"),
  templates: z.array(Name).max(1000).describe("only of these templates"),
  projects: z.array(Name).max(1000).describe("only for these projects"),
  groups: z.array(Name).max(1000).describe("only of people in one of these groups"),
  maxPricePerDay: Amount.nullable().describe("costs at most so much a day"),
  maxTotal: Amount.nullable().describe("costs at most so much in all"),
  maxDays: z.number().int().min(1).max(10_000).nullable().describe("lasts at most so many days; longer leases: adds"),
  maxServers: z.number().int().min(1).max(1_000_000).nullable().describe("has at most so many servers"),
};

const fields = {
  notes: z.string().max(2000),
  order: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .describe("rules are tried from the smallest; the first that fits decides"),
  outcome: ApprovalOutcome,
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .describe(URL_WORDS),
  webhookHours: z.number().int().min(1).max(8760).describe("hours after which the outside tool is not waited for"),
};

const NewRule = z.strictObject({
  name: Name.describe("name of the rule"),
  outcome: fields.outcome,
  order: fields.order.default(100),
  notes: fields.notes.optional(),
  kinds: match.kinds.default([]),
  templates: match.templates.default([]),
  projects: match.projects.default([]),
  groups: match.groups.default([]),
  maxPricePerDay: match.maxPricePerDay.default(null),
  maxTotal: match.maxTotal.default(null),
  maxDays: match.maxDays.default(null),
  maxServers: match.maxServers.default(null),
  webhookUrl: fields.webhookUrl.optional(),
  webhookHours: fields.webhookHours.default(72),
});

const RuleChange = z.strictObject({
  order: fields.order.optional(),
  outcome: fields.outcome.optional(),
  notes: fields.notes.nullable().optional(),
  kinds: match.kinds.optional(),
  templates: match.templates.optional(),
  projects: match.projects.optional(),
  groups: match.groups.optional(),
  maxPricePerDay: match.maxPricePerDay.optional(),
  maxTotal: match.maxTotal.optional(),
  maxDays: match.maxDays.optional(),
  maxServers: match.maxServers.optional(),
  webhookUrl: fields.webhookUrl.nullable().optional(),
  webhookHours: fields.webhookHours.optional(),
});

export const ApprovalRuleInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  order: z.number().int(),
  outcome: ApprovalOutcome,
  notes: z.string().nullable(),
  ...match,
  webhookUrl: z.string().nullable(),
  webhookHours: z.number().int(),
  previousSecretUntil: Timestamp.nullable().describe("after a rotation: until then webhooks bear both signatures"),
  createdAt: Timestamp,
});

const withSecret = { webhookSecret: z.string().nullable().describe("what webhooks are signed with; shown only now") };
const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

/** What is sent to a webhook's address, and signed there. */
export const ApprovalAsked = z.object({
  type: z.literal("approval.asked.v1"),
  askId: Id,
  requestId: Id,
  kind: z.enum(["service", "extension"]),
  service: z.string(),
  template: z.string(),
  requester: z.string(),
  email: z.string(),
  pool: z.string(),
  servers: z.number().int(),
  startsAt: Timestamp,
  endsAt: Timestamp,
  days: z.number().int(),
  price: z.object({ currency: z.string(), perDay: z.string(), total: z.string() }),
  rule: z.string(),
  callbackPath: z.string().describe("where the answer goes, by POST, once"),
  callbackUrl: z.string().nullable().describe("the same as a URL, where the portal's address is known"),
  expiresAt: Timestamp,
});

export const approvalRuleContract = {
  listApprovalRules: route({
    method: "GET",
    path: "/v1/approval-rules",
    tag: "approvals",
    rule: "administrator",
    summary: "How requests are approved; without any rule that fits, people are asked",
    query: listQuery({ outcome: ApprovalOutcome.optional() }, ["order", "name"]),
    response: pageOf(ApprovalRuleInfo),
    cli: {
      words: ["approval-rule", "list"],
      columns: ["order", "name", "outcome", "maxPricePerDay", "maxDays", "templates", "groups", "webhookUrl"],
      example: "berth approval-rule list",
    },
  }),
  getApprovalRule: route({
    method: "GET",
    path: "/v1/approval-rules/{id}",
    tag: "approvals",
    rule: "administrator",
    summary: "One approval rule",
    params,
    response: ApprovalRuleInfo,
    cli: { words: ["approval-rule", "show"], args: ["id"], example: "berth approval-rule show small" },
  }),
  createApprovalRule: route({
    method: "POST",
    path: "/v1/approval-rules",
    tag: "approvals",
    rule: "administrator",
    summary: "Add a rule by which requests are approved; a webhook's secret is shown once",
    body: NewRule,
    response: ApprovalRuleInfo.extend(withSecret),
    status: 201,
    cli: {
      words: ["approval-rule", "create"],
      args: ["name"],
      example: "berth approval-rule create small --outcome approve --max-price-per-day 2 --max-days 14 --order 10",
    },
  }),
  updateApprovalRule: route({
    method: "PATCH",
    path: "/v1/approval-rules/{id}",
    tag: "approvals",
    rule: "administrator",
    summary: "Change an approval rule, for requests from now on",
    params,
    body: RuleChange,
    response: ApprovalRuleInfo.extend(withSecret),
    versioned: true,
    cli: {
      words: ["approval-rule", "update"],
      args: ["id"],
      example: "berth approval-rule update small --max-days 30",
    },
  }),
  deleteApprovalRule: route({
    method: "DELETE",
    path: "/v1/approval-rules/{id}",
    tag: "approvals",
    rule: "administrator",
    summary: "Remove an approval rule; what was asked because of it goes on",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["approval-rule", "delete"], args: ["id"], example: "berth approval-rule delete small" },
  }),
  rotateWebhookSecret: route({
    method: "POST",
    path: "/v1/approval-rules/{id}/rotate-secret",
    tag: "approvals",
    rule: "administrator",
    summary: "Make a new secret for a rule's webhooks; for a day they are signed with the old one too",
    params,
    body: z.strictObject({}),
    response: ApprovalRuleInfo.extend(withSecret),
    cli: {
      words: ["approval-rule", "rotate-secret"],
      args: ["id"],
      example: "berth approval-rule rotate-secret outside",
    },
  }),
  answerApproval: route({
    method: "POST",
    path: "/v1/approvals/{token}",
    tag: "approvals",
    rule: "public",
    summary: "The answer of an outside tool; the token was in the webhook and holds for one answer",
    params: z.strictObject({ token: z.string().min(20).max(100).describe("from the webhook's callback address") }),
    body: z.strictObject({
      decision: z.enum(["approve", "reject"]),
      by: z.string().min(1).max(200).describe("who decided, as people know them"),
      reason: z.string().min(1).max(1000).optional().describe("told to the requester; a rejection needs one"),
    }),
    response: z.object({ state: z.string().describe("of the request now") }),
  }),
} satisfies Contract;
