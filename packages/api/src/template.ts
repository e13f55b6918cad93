import { z } from "zod";
import { IpAddress, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

/** `512MiB`, `2GiB`, `1TiB`: binary units only, so that nobody has to guess. */
export const ByteSize = z
  .string()
  .regex(/^[1-9]\d{0,6}(?:MiB|GiB|TiB)$/, "a whole number with MiB, GiB or TiB, like 2GiB")
  .describe("size, like 512MiB or 2GiB");

const ImageRef = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?(?:@[1-9]\d{0,5})?$/, "an image's name, or NAME@VERSION")
  .describe("image to install, as NAME or NAME@VERSION");

const HostnamePattern = z
  .string()
  .regex(
    /^(?:[a-z0-9][a-z0-9-]{0,39})?#(?:[a-z0-9-]{0,39}[a-z0-9])?$/,
    "lower-case letters, digits, hyphens and exactly one #, where the request's completion goes, like app#",
  )
  .describe("hostname with # for the request's completion, like app#");

const Disk = z.strictObject({
  name: Name.describe("name of the disk"),
  size: ByteSize,
  role: z.enum(["boot", "data", "shared"]).default("data").describe("boot, data, or shared by the group"),
});

const Nic = z.strictObject({
  network: Name.describe("network to join"),
  mode: z.enum(["automatic", "static", "dhcp"]).default("automatic").describe("where its address comes from"),
  address: IpAddress.optional().describe("the address, for static only"),
  primary: z.boolean().default(false).describe("the NIC by which the server is known and reached"),
});

const Group = z.strictObject({
  name: Name.describe("name of the group"),
  kind: z.enum(["physical", "virtual", "either"]).describe("what its servers land on"),
  count: z.number().int().min(1).max(200).default(1).describe("how many servers"),
  cores: z.number().int().min(1).max(1024).describe("processor cores each, at least"),
  memory: ByteSize.describe("memory each, at least, like 2GiB"),
  firmware: z.enum(["bios", "uefi"]).optional().describe("any when not given"),
  image: ImageRef,
  hostname: HostnamePattern,
  disks: z.array(Disk).min(1).max(16),
  nics: z.array(Nic).min(1).max(8),
  goal: z.enum(["best-fit", "spread"]).optional().describe("how VMs lie over hosts; the pool's goal when not given"),
});

const DecimalAmount = z.string().regex(/^(?:0|[1-9]\d{0,7})(?:\.\d{1,4})?$/, "an amount like 0.75");

const EnvName = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, "upper-case letters, digits and underscores");

/** No NUL, which no environment can carry. */
const EnvValue = z
  .string()
  .max(4096)
  .regex(/^[^\0]*$/, "no NUL characters");

const HttpUrl = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "an http or https URL")
  .refine((text) => !URL.canParse(text) || new URL(text).username === "", "no user name or password in a URL");

const HookRun = z.union([
  z.strictObject({ script: z.string().min(1).max(65_536).describe("POSIX shell script, run as root on the server") }),
  z.strictObject({
    http: z.strictObject({
      url: HttpUrl,
      method: z.enum(["GET", "POST", "PUT", "DELETE"]).default("GET"),
      body: z.string().max(65_536).optional(),
      expect: z.array(z.number().int().min(100).max(599)).min(1).max(20).default([200]),
    }),
  }),
]);

const Hook = z.strictObject({
  name: Name.describe("name of the hook"),
  at: z.enum(["before-create", "after-create", "before-delete", "after-delete"]).describe("when it runs"),
  group: Name.optional().describe("run it for the servers of this group only"),
  run: HookRun,
  timeout: z
    .string()
    .regex(/^[1-9]\d{0,4}[sm]$/, "a number with s or m, like 90s or 5m")
    .default("5m"),
  env: z.record(EnvName, EnvValue).default({}).describe("more environment variables"),
});

/** A service template as people write it. Rules over several fields are the catalogue's. */
export const TemplateDocument = z.strictObject({
  apiVersion: z.literal("berth/v1"),
  kind: z.literal("ServiceTemplate"),
  metadata: z.strictObject({
    name: Name.describe("name of the template"),
    title: z.string().min(1).max(100),
    notes: z.string().max(10_000).optional(),
  }),
  spec: z.strictObject({
    networks: z.array(Name).min(1).max(32).optional().describe("all networks that may be named below"),
    groups: z.array(Group).min(1).max(32),
    costs: z
      .array(z.strictObject({ name: z.string().min(1).max(100), perDay: DecimalAmount }))
      .max(50)
      .default([])
      .describe("costs beside the price list's"),
    hooks: z.array(Hook).max(64).default([]),
  }),
});

export const TemplateInfo = z.object({
  name: z.string(),
  version: z.number().int().describe("the template's own version number"),
  title: z.string(),
  published: z.boolean(),
  servers: z.number().int(),
  digest: z.string(),
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
  field: z.string(),
  message: z.string(),
  line: z.number().int().optional(),
});

export const templateContract = {
  applyTemplate: route({
    method: "POST",
    path: "/v1/templates",
    tag: "templates",
    rule: "administrator",
    summary: "Save a template: a new version of its name, unless nothing changed",
    body: z.strictObject({ document: Yaml, publish: z.boolean().default(false).describe("publish it too") }),
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
    body: z.strictObject({ document: Yaml }),
    response: z.object({ valid: z.boolean(), items: z.array(Problem) }),
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
    summary: "Templates, the latest version of each; only published ones for users",
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
    summary: "All versions of a template, the latest first; only published ones for users",
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
  publishTemplate: route({
    method: "POST",
    path: "/v1/templates/{name}/publish",
    tag: "templates",
    rule: "administrator",
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
    rule: "administrator",
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
    rule: "administrator",
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
    rule: "administrator",
    summary:
      "Delete a version, or with a bare name all of them; refused for published ones and those that services were made of",
    params,
    response: z.object({ deleted: z.number().int() }),
    cli: { words: ["template", "delete"], args: ["name"], example: "berth template delete two-tier@1" },
  }),
} satisfies Contract;
