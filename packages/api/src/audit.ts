import { z } from "zod";
import { Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const Outcome = z.enum(["done", "refused", "failed"]);
const Fields = z.record(z.string(), z.unknown());

export const AuditEntry = z.object({
  id: z.number().int(),
  at: Timestamp,
  user: z.string(),
  address: z.string().nullable().describe("where the call came from; null for what Berth did by itself"),
  credential: z
    .object({ kind: z.enum(["session", "token"]), id: z.string() })
    .nullable()
    .describe("which of the user's sessions or API tokens was shown"),
  action: z.string(),
  objectKind: z.string(),
  objectId: z.string(),
  objectName: z.string().nullable(),
  outcome: Outcome,
  requestId: z.string().nullable(),
  before: Fields.nullable().describe("the fields that were changed, as they were"),
  after: Fields.nullable().describe("the same fields afterwards"),
  details: Fields,
  position: z.number().int().nullable().describe("its place in the chain of hashes; null until it is sealed"),
});

const ExportedEntry = AuditEntry.extend({ hash: z.string().nullable().describe("SHA-256, hexadecimal") });

/** CloudEvents 1.0 in structured mode (JSON). */
const CloudEvent = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string().describe("for example audit.request.approve.v1"),
  subject: z.string().describe("kind and id of what was acted on"),
  time: Timestamp,
  datacontenttype: z.literal("application/json"),
  data: ExportedEntry,
});

const Problem = z.object({
  position: z.number().int().nullable().describe("the first place in the chain that is wrong"),
  auditId: z.number().int().nullable(),
  at: Timestamp.nullable().describe("when that row says that it was written"),
  reason: z.string(),
});

const Verification = z.object({
  ok: z.boolean(),
  checked: z.number().int().describe("rows whose hash was computed again"),
  from: z.number().int().describe("the first place in the chain that is still kept"),
  through: z.number().int().describe("the last place in the chain"),
  unsealed: z.number().int().describe("rows that are too young to be in the chain; sealed within seconds"),
  problem: Problem.nullable(),
});

const Retention = z.object({
  version: z.number().int(),
  days: z.number().int().nullable().describe("how long rows are kept; null: for ever"),
});

const text = z.string().min(1).max(100).optional();
const filters = {
  user: text.describe("name of the user"),
  action: text.describe("for example request.approve"),
  objectKind: text,
  objectId: text,
  outcome: Outcome.optional(),
};

export const auditContract = {
  listAudit: route({
    method: "GET",
    path: "/v1/audit",
    tag: "audit",
    rule: "audit-read",
    summary: "Who did what, the latest first",
    query: listQuery(filters, ["id"]),
    response: pageOf(AuditEntry),
    cli: {
      words: ["audit", "list"],
      columns: ["at", "user", "address", "action", "objectKind", "objectName", "objectId", "outcome"],
      example: "berth audit list --user ada --limit 20",
    },
  }),
  exportAudit: route({
    method: "GET",
    path: "/v1/audit/export",
    tag: "audit",
    rule: "audit-read",
    summary: "The audit as JSON lines, the oldest first; each as it is listed, or as a CloudEvent",
    query: z.strictObject({
      format: z.enum(["jsonl", "cloudevents"]).default("jsonl"),
      since: Timestamp.optional().describe("from this time on"),
      until: Timestamp.optional().describe("before this time"),
      ...filters,
    }),
    response: z.union([ExportedEntry, CloudEvent]),
    lines: true,
    cli: {
      words: ["audit", "export"],
      example: "berth audit export --format cloudevents --since 2027-01-01T00:00:00Z > audit.jsonl",
    },
  }),
  verifyAudit: route({
    method: "GET",
    path: "/v1/audit/verify",
    tag: "audit",
    rule: "audit-read",
    summary: "Compute the chain of hashes over the audit again, and name the first row that does not fit",
    response: Verification,
    cli: { words: ["audit", "verify"], failsUnless: "ok", example: "berth audit verify" },
  }),
  getAuditRetention: route({
    method: "GET",
    path: "/v1/audit/retention",
    tag: "audit",
    rule: "audit-read",
    summary: "How long the audit is kept",
    response: Retention,
    cli: { words: ["audit", "retention"], example: "berth audit retention" },
  }),
  setAuditRetention: route({
    method: "PUT",
    path: "/v1/audit/retention",
    tag: "audit",
    rule: "administrator",
    summary: "Say how long the audit is kept; rows that are older go, and that they went is recorded",
    body: z.strictObject({
      days: z.number().int().min(30).max(36_500).nullable().describe("at least 30; null keeps all"),
    }),
    response: Retention,
    versioned: true,
    cli: { words: ["audit", "set-retention"], example: "berth audit set-retention --days 3650" },
  }),
} satisfies Contract;
