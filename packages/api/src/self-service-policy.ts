import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

/** What an owner may be allowed to do with what is his own. */
export const SelfServiceVerb = z.enum(["start", "stop", "restart", "console", "delete", "extend"]);
export type SelfServiceVerb = z.output<typeof SelfServiceVerb>;
export const SELF_SERVICE_VERBS = SelfServiceVerb.options;

const count = (most: number, words: string) => z.number().int().min(0).max(most).nullable().describe(words);

/** Of each limit the largest of a person's policies counts; none of one policy is none at all. */
const limits = {
  maxServers: count(1_000_000, "at most so many servers held at one time; none: no limit"),
  maxCores: count(100_000_000, "at most so many cores"),
  maxMemoryGiB: count(1_000_000_000, "at most so much memory, in GiB"),
  maxStorageGiB: count(1_000_000_000, "at most so much disk space, in GiB"),
  maxMoneyPerMonth: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,9})(?:\.\d{1,4})?$/, "an amount like 250 or 99.50")
    .nullable()
    .describe("at most so much a month of 30 days, in the currency of the price list"),
};

const fields = {
  notes: z.string().max(2000),
  everybody: z.boolean().describe("holds for everybody, beside those who are named"),
  users: z.array(Name).max(1000).describe("users it holds for"),
  groups: z.array(Name).max(1000).describe("groups it holds for"),
  projects: z.array(Name).max(1000).describe("projects: it holds for whoever has a role in one"),
  templates: z.array(Name).max(1000).describe("published templates that may be asked for; none named: all"),
  pools: z.array(Name).max(1000).describe("pools that may be used; none named: all"),
  actions: z.array(SelfServiceVerb).max(20).describe("what its holders may do with their own servers and services"),
};

const NewPolicy = z.strictObject({
  name: Name.describe("name of the policy"),
  notes: fields.notes.optional(),
  everybody: fields.everybody.default(false),
  users: fields.users.default([]),
  groups: fields.groups.default([]),
  projects: fields.projects.default([]),
  templates: fields.templates.default([]),
  pools: fields.pools.default([]),
  actions: fields.actions.default([...SELF_SERVICE_VERBS]),
  maxServers: limits.maxServers.default(null),
  maxCores: limits.maxCores.default(null),
  maxMemoryGiB: limits.maxMemoryGiB.default(null),
  maxStorageGiB: limits.maxStorageGiB.default(null),
  maxMoneyPerMonth: limits.maxMoneyPerMonth.default(null),
});

const PolicyChange = z.strictObject({
  notes: fields.notes.nullable().optional(),
  everybody: fields.everybody.optional(),
  users: fields.users.optional(),
  groups: fields.groups.optional(),
  projects: fields.projects.optional(),
  templates: fields.templates.optional(),
  pools: fields.pools.optional(),
  actions: fields.actions.optional(),
  maxServers: limits.maxServers.optional(),
  maxCores: limits.maxCores.optional(),
  maxMemoryGiB: limits.maxMemoryGiB.optional(),
  maxStorageGiB: limits.maxStorageGiB.optional(),
  maxMoneyPerMonth: limits.maxMoneyPerMonth.optional(),
});

export const SelfServicePolicyInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  notes: z.string().nullable(),
  everybody: z.boolean(),
  users: z.array(z.string()),
  groups: z.array(z.string()),
  projects: z.array(z.string()),
  templates: z.array(z.string()),
  pools: z.array(z.string()),
  actions: z.array(SelfServiceVerb),
  ...limits,
  createdAt: Timestamp,
});

/** One limit with what is held of it. */
const Limit = z.object({
  what: z.enum(["servers", "cores", "memoryGiB", "storageGiB", "moneyPerMonth"]),
  held: z.string().describe("a number; money with its decimals"),
  limit: z.string().nullable().describe("null: none"),
});

export const Entitlement = z.object({
  policies: z.array(z.string()).describe("the policies that hold for the caller; with none, nothing is restricted"),
  templates: z.array(z.string()).nullable().describe("null: all published ones"),
  pools: z.array(z.string()).nullable().describe("null: all that the caller may use"),
  actions: z.array(SelfServiceVerb),
  limits: z.array(Limit),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

export const selfServicePolicyContract = {
  listSelfServicePolicies: route({
    method: "GET",
    path: "/v1/self-service-policies",
    tag: "self-service",
    rule: "administrator",
    summary: "Who may ask for what, do what with his own, and hold how much",
    query: listQuery({}, ["name", "createdAt"]),
    response: pageOf(SelfServicePolicyInfo),
    cli: {
      words: ["self-service", "list"],
      columns: ["name", "everybody", "users", "groups", "templates", "pools", "maxServers", "maxMoneyPerMonth"],
      example: "berth self-service list",
    },
  }),
  getSelfServicePolicy: route({
    method: "GET",
    path: "/v1/self-service-policies/{id}",
    tag: "self-service",
    rule: "administrator",
    summary: "One self-service policy",
    params,
    response: SelfServicePolicyInfo,
    cli: { words: ["self-service", "show"], args: ["id"], example: "berth self-service show developers" },
  }),
  createSelfServicePolicy: route({
    method: "POST",
    path: "/v1/self-service-policies",
    tag: "self-service",
    rule: "administrator",
    summary: "Allow people something; what one of their policies allows is allowed",
    body: NewPolicy,
    response: SelfServicePolicyInfo,
    status: 201,
    cli: {
      words: ["self-service", "create"],
      args: ["name"],
      example: "berth self-service create developers --groups developers --templates two-tier --max-servers 10",
    },
  }),
  updateSelfServicePolicy: route({
    method: "PATCH",
    path: "/v1/self-service-policies/{id}",
    tag: "self-service",
    rule: "administrator",
    summary: "Change a self-service policy; a list replaces the old one, and what is held already stays",
    params,
    body: PolicyChange,
    response: SelfServicePolicyInfo,
    versioned: true,
    cli: {
      words: ["self-service", "update"],
      args: ["id"],
      example: "berth self-service update developers --max-cores 64",
    },
  }),
  deleteSelfServicePolicy: route({
    method: "DELETE",
    path: "/v1/self-service-policies/{id}",
    tag: "self-service",
    rule: "administrator",
    summary: "Remove a self-service policy; who has no other is not restricted any more",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["self-service", "delete"], args: ["id"], example: "berth self-service delete developers" },
  }),
  getEntitlement: route({
    method: "GET",
    path: "/v1/entitlement",
    tag: "self-service",
    rule: "signed-in",
    summary: "What the caller may ask for, and how much of it he holds",
    response: Entitlement,
    cli: { words: ["self-service", "mine"], example: "berth self-service mine" },
  }),
} satisfies Contract;
