import { z } from "zod";
import { Id, Name, OperationLink, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const ScriptRepeat = z.enum(["never", "hourly", "daily", "weekly"]).describe("how often it runs again");

const ScriptText = z
  .string()
  .min(1)
  .max(200_000)
  .describe("TypeScript as Node runs it: an ES module that may import from @berth/api and @berth/sdk");

const Schedule = z.object({ startsAt: Timestamp, repeat: ScriptRepeat, nextAt: Timestamp.nullable() });

export const ScriptInfo = z.object({
  id: Id,
  name: z.string(),
  notes: z.string(),
  owner: z.string(),
  shared: z.boolean().describe("everybody who has signed in may read it"),
  latest: z.number().int().describe("the newest of its versions, which count from 1"),
  schedule: Schedule.nullable(),
  lastRun: z.object({ operationId: z.string(), version: z.number().int(), at: Timestamp }).nullable(),
  allowed: z.array(z.string()).describe("what the caller may do with it"),
  refused: z.record(z.string(), z.string()).describe("what he may not, and why"),
  createdAt: Timestamp,
});

export const ScriptDetail = ScriptInfo.extend({
  version: z.number().int().describe("the version that `text` is of"),
  text: z.string(),
});

export const ScriptVersion = z.object({
  id: Id,
  version: z.number().int(),
  by: z.string(),
  createdAt: Timestamp,
});

const params = z.strictObject({ name: z.string().min(1).max(100).describe("name or id") });
const versionNumber = z.coerce.number().int().min(1).max(1_000_000);

export const scriptContract = {
  listScripts: route({
    method: "GET",
    path: "/v1/scripts",
    tag: "scripts",
    rule: "owner",
    summary: "The script library: one's own scripts, and those that are shared",
    query: listQuery({ owner: z.string().max(100).optional() }, ["name", "createdAt"]),
    response: pageOf(ScriptInfo),
    cli: {
      words: ["script", "list"],
      columns: ["name", "latest", "owner", "shared", "schedule.repeat", "schedule.nextAt", "lastRun.at"],
      example: "berth script list",
    },
  }),
  getScript: route({
    method: "GET",
    path: "/v1/scripts/{name}",
    tag: "scripts",
    rule: "owner",
    summary: "One script with its text",
    params,
    query: z.strictObject({ version: versionNumber.optional().describe("the newest, if not given") }),
    response: ScriptDetail,
    cli: { words: ["script", "show"], args: ["name"], example: "berth script show nightly-report --version 3" },
  }),
  saveScript: route({
    method: "PUT",
    path: "/v1/scripts/{name}",
    tag: "scripts",
    rule: "signed-in",
    summary: "Save a script; another text becomes its next version",
    params: z.strictObject({ name: Name.describe("name of the script") }),
    body: z.strictObject({
      text: ScriptText,
      notes: z.string().max(2000).optional(),
      shared: z.boolean().optional().describe("let everybody who has signed in read it"),
      basedOn: versionNumber.optional().describe("the version that was edited; refused when there is a newer one"),
    }),
    response: ScriptDetail,
    cli: {
      words: ["script", "save"],
      args: ["name"],
      fileArg: "text",
      columns: ["name", "latest", "owner", "shared"],
      example: "berth script save nightly-report ./nightly-report.ts",
    },
  }),
  checkScript: route({
    method: "POST",
    path: "/v1/scripts/check",
    tag: "scripts",
    rule: "signed-in",
    summary:
      "What the TypeScript compiler says of a script, against the types of this controller's API; nothing is run",
    body: z.strictObject({ text: ScriptText }),
    response: z.object({
      items: z.array(z.object({ line: z.number().int(), column: z.number().int(), message: z.string() })),
    }),
    cli: {
      words: ["script", "check"],
      fileArg: "text",
      columns: ["line", "column", "message"],
      example: "berth script check ./nightly-report.ts",
    },
  }),
  listScriptVersions: route({
    method: "GET",
    path: "/v1/scripts/{name}/versions",
    tag: "scripts",
    rule: "owner",
    summary: "The versions of a script",
    params,
    query: listQuery({}, ["version"]),
    response: pageOf(ScriptVersion),
    cli: {
      words: ["script", "versions"],
      args: ["name"],
      columns: ["version", "by", "createdAt"],
      example: "berth script versions nightly-report",
    },
  }),
  deleteScript: route({
    method: "DELETE",
    path: "/v1/scripts/{name}",
    tag: "scripts",
    rule: "owner",
    summary: "Delete a script with all its versions and its schedule",
    params,
    response: z.object({}),
    status: 204,
    cli: {
      words: ["script", "delete"],
      args: ["name"],
      example: "berth script delete nightly-report",
      confirm: "All its versions will be lost.",
    },
  }),
  runScript: route({
    method: "POST",
    path: "/v1/scripts/{name}/runs",
    tag: "scripts",
    rule: "operate",
    summary: "Run a script on the controller, with the caller's rights; what it prints is the operation's log",
    params,
    body: z.strictObject({ version: versionNumber.optional().describe("the newest, if not given") }),
    response: OperationLink,
    status: 202,
    starts: true,
    cli: {
      words: ["script", "run"],
      args: ["name"],
      example: "berth script run nightly-report",
      follows: "operation",
    },
  }),
  scheduleScript: route({
    method: "PUT",
    path: "/v1/scripts/{name}/schedule",
    tag: "scripts",
    rule: "operate",
    summary: "Say when a script runs by itself, with the rights of who says so",
    params,
    body: z.strictObject({
      startsAt: Timestamp.describe("when it runs first"),
      repeat: ScriptRepeat.default("never"),
    }),
    response: ScriptInfo,
    cli: {
      words: ["script", "schedule"],
      args: ["name"],
      columns: ["name", "schedule.startsAt", "schedule.repeat", "schedule.nextAt"],
      example: "berth script schedule nightly-report --starts-at 2027-01-01T02:00:00Z --repeat daily",
    },
  }),
  unscheduleScript: route({
    method: "DELETE",
    path: "/v1/scripts/{name}/schedule",
    tag: "scripts",
    rule: "operate",
    summary: "Let a script run by itself no more",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["script", "unschedule"], args: ["name"], example: "berth script unschedule nightly-report" },
  }),
} satisfies Contract;
