import { z } from "zod";
import { Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { PriceSummary } from "./request.ts";
import { type Contract, route } from "./route.ts";
import { TemplateDocument } from "./template-document.ts";

export const TemplateInfo = z.object({
  name: z.string(),
  version: z.number().int().describe("the template's own version number"),
  title: z.string(),
  published: z.boolean(),
  servers: z.number().int(),
  price: z
    .object({ currency: z.string(), perDay: z.string() })
    .describe("of one service made of it; a group of kind either counts as virtual"),
  once: z.boolean().describe("it has a static address, and can be deployed once at a time"),
  digest: z.string().describe("of what it says, whatever its comments and its picture"),
  createdBy: z.string(),
  createdAt: Timestamp,
});

export const TemplateDetail = TemplateInfo.extend({ document: TemplateDocument });

const Yaml = z.string().min(1).max(262_144).describe("the template as YAML");
const params = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}(?:@[1-9]\d{0,5})?$/, "a template's name, or name@version")
    .describe("NAME, or NAME@VERSION"),
});
const Problem = z.object({
  code: z.string(),
  field: z.string().describe("like spec.groups[0].cores"),
  path: z.array(z.union([z.string(), z.number()])).describe("the same in parts"),
  message: z.string(),
  line: z.number().int().optional(),
});
const Change = z.object({
  kind: z.enum(["added", "removed", "changed"]),
  field: z.string().describe("like spec.groups[db].cores: what has a name is found by it"),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
const TemplateDiff = z.object({
  from: z.string().describe("NAME@VERSION"),
  to: z.string().describe("NAME@VERSION"),
  items: z.array(Change),
  before: z.string().describe("the earlier version as YAML"),
  after: z.string().describe("the later version as YAML"),
});
const VersionNumber = z.coerce.number().int().min(1).max(999_999);

const PlacedServer = z.object({
  server: z.string(),
  group: z.string(),
  kind: z.enum(["physical", "virtual"]),
  on: z.string().describe("the machine or host"),
  reasons: z.array(z.object({ candidate: z.string(), fits: z.boolean(), why: z.string() })),
});

export const templateContract = {
  applyTemplate: route({
    method: "POST",
    path: "/v1/templates",
    tag: "templates",
    rule: "design",
    summary: "Save a template: a new version of its name, unless nothing changed",
    body: z.strictObject({
      document: Yaml,
      publish: z.boolean().default(false).describe("publish it too"),
      base: z
        .number()
        .int()
        .min(0)
        .max(999_999)
        .optional()
        .describe("version that was edited, 0 for a new name; a conflict if somebody saved a later one"),
    }),
    response: TemplateDetail,
    status: 201,
    cli: {
      words: ["template", "apply"],
      fileArg: "document",
      columns: ["name", "version", "title", "published", "servers"],
      example: "berth template apply templates/two-tier.yaml --publish",
    },
  }),
  validateTemplate: route({
    method: "POST",
    path: "/v1/templates/validate",
    tag: "templates",
    rule: "signed-in",
    summary: "Say everything that is wrong with a template, each with its field and line",
    body: z.strictObject({
      document: Yaml,
      days: z.number().int().min(1).max(3660).default(30).describe("length of the lease, for the price"),
    }),
    response: z.object({
      valid: z.boolean().describe("it can be saved"),
      publishable: z.boolean().describe("it can be published too: its networks and images are there"),
      items: z.array(Problem),
      hints: z.array(Problem).describe("what stops publishing, or is good to know"),
      price: PriceSummary.nullable().describe("null where the document can't be read"),
    }),
    cli: {
      words: ["template", "validate"],
      fileArg: "document",
      columns: ["line", "field", "message", "code"],
      example: "berth template validate templates/two-tier.yaml",
    },
  }),
  listTemplates: route({
    method: "GET",
    path: "/v1/templates",
    tag: "templates",
    rule: "signed-in",
    summary: "Templates, the latest version of each; only published ones, but for architects",
    query: listQuery({ published: z.stringbool().optional() }, ["name"]),
    response: pageOf(TemplateInfo),
    cli: {
      words: ["template", "list"],
      columns: ["name", "version", "title", "published", "servers", "createdAt"],
      example: "berth template list",
    },
  }),
  getTemplate: route({
    method: "GET",
    path: "/v1/templates/{name}",
    tag: "templates",
    rule: "signed-in",
    summary: "One template",
    params,
    response: TemplateDetail,
    cli: { words: ["template", "show"], args: ["name"], example: "berth template show two-tier@1" },
  }),
  listTemplateVersions: route({
    method: "GET",
    path: "/v1/templates/{name}/versions",
    tag: "templates",
    rule: "signed-in",
    summary: "All versions of a template, the latest first; only published ones, but for architects",
    params,
    query: listQuery({}, ["version"]),
    response: pageOf(TemplateInfo),
    cli: {
      words: ["template", "versions"],
      args: ["name"],
      columns: ["version", "title", "published", "createdBy", "createdAt"],
      example: "berth template versions two-tier",
    },
  }),
  exportTemplate: route({
    method: "GET",
    path: "/v1/templates/{name}/yaml",
    tag: "templates",
    rule: "signed-in",
    summary: "One template as YAML, ready to be applied elsewhere",
    params,
    response: z.object({ yaml: z.string() }),
    cli: {
      words: ["template", "export"],
      args: ["name"],
      prints: "yaml",
      example: "berth template export two-tier",
    },
  }),
  diffTemplate: route({
    method: "GET",
    path: "/v1/templates/{name}/diff",
    tag: "templates",
    rule: "signed-in",
    summary: "What changed between two versions of a template",
    params,
    query: z.strictObject({
      from: VersionNumber.describe("the earlier version"),
      to: VersionNumber.optional().describe("the later version; the latest one if not given"),
    }),
    response: TemplateDiff,
    cli: {
      words: ["template", "diff"],
      args: ["name"],
      columns: ["kind", "field", "before", "after"],
      example: "berth template diff two-tier --from 1 --to 2",
    },
  }),
  publishTemplate: route({
    method: "POST",
    path: "/v1/templates/{name}/publish",
    tag: "templates",
    rule: "design",
    summary: "Let users request it; its networks and images must exist",
    params,
    body: z.strictObject({}),
    response: TemplateDetail,
    cli: {
      words: ["template", "publish"],
      args: ["name"],
      columns: ["name", "version", "title", "published", "servers"],
      example: "berth template publish two-tier",
    },
  }),
  unpublishTemplate: route({
    method: "POST",
    path: "/v1/templates/{name}/unpublish",
    tag: "templates",
    rule: "design",
    summary: "No more requests for it; services made of it stay",
    params,
    body: z.strictObject({}),
    response: TemplateDetail,
    cli: {
      words: ["template", "unpublish"],
      args: ["name"],
      columns: ["name", "version", "title", "published", "servers"],
      example: "berth template unpublish two-tier@1",
    },
  }),
  cloneTemplate: route({
    method: "POST",
    path: "/v1/templates/{name}/clone",
    tag: "templates",
    rule: "design",
    summary: "Copy a template under another name",
    params,
    body: z.strictObject({ as: Name.describe("name of the copy") }),
    response: TemplateDetail,
    status: 201,
    cli: {
      words: ["template", "clone"],
      args: ["name", "as"],
      columns: ["name", "version", "title", "published", "servers"],
      example: "berth template clone two-tier three-tier",
    },
  }),
  deleteTemplate: route({
    method: "DELETE",
    path: "/v1/templates/{name}",
    tag: "templates",
    rule: "design",
    summary:
      "Delete a version, or with a bare name all of them; refused for published ones and those that services were made of",
    params,
    response: z.object({ deleted: z.number().int() }),
    cli: { words: ["template", "delete"], args: ["name"], example: "berth template delete two-tier@1" },
  }),
} satisfies Contract;

/** Trying where a template would land needs the pools, so the room of services answers it. */
export const templatePlaceContract = {
  placeTemplate: route({
    method: "POST",
    path: "/v1/templates/place",
    tag: "templates",
    rule: "design",
    summary: "Try where the servers of a template would land, before anybody can request it",
    body: z.strictObject({
      document: Yaml,
      pools: z
        .array(Name)
        .min(1)
        .max(20)
        .default(["default"])
        .describe("pools in order; the first that holds everything is taken"),
      startsAt: Timestamp.optional().describe("now if not given"),
      endsAt: Timestamp.optional().describe("30 days later if not given"),
    }),
    response: z.object({
      fits: z.boolean(),
      pool: z.string().nullable(),
      servers: z.array(PlacedServer),
      reasons: z.array(z.string()).describe("what is missing, by how much, and the smallest change that would help"),
      price: PriceSummary,
    }),
    cli: {
      words: ["template", "place"],
      fileArg: "document",
      columns: ["fits", "pool", "price.perDay", "reasons", "servers"],
      example: "berth template place templates/two-tier.yaml",
    },
  }),
} satisfies Contract;
