import { z } from "zod";
import { Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const ControllerInfo = z.object({
  id: z.string(),
  name: z.string(),
  host: z.string(),
  pid: z.number().int(),
  alive: z.boolean(),
  startedAt: Timestamp,
  heartbeatAt: Timestamp,
});

export const SystemInfo = z.object({
  version: z.string(),
  controllers: z.array(ControllerInfo).describe("those alive, and those that died in the last hour"),
});

export const ReconcilerReport = z.object({
  name: z.string(),
  controllerId: z.string(),
  startedAt: Timestamp,
  endedAt: Timestamp,
  checked: z.number().int(),
  changed: z.number().int(),
  failed: z.number().int(),
  error: z.string().nullable(),
});

export const AuditEntry = z.object({
  id: z.number().int(),
  at: Timestamp,
  user: z.string(),
  action: z.string(),
  objectKind: z.string(),
  objectId: z.string(),
  objectName: z.string().nullable(),
  outcome: z.enum(["done", "refused", "failed"]),
  requestId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});

const text = z.string().min(1).max(100).optional();

export const systemContract = {
  getSystem: route({
    method: "GET",
    path: "/v1/system",
    tag: "system",
    rule: "signed-in",
    summary: "Version and controllers",
    response: SystemInfo,
    cli: { words: ["system", "show"], example: "berth system show" },
  }),
  listReconcilers: route({
    method: "GET",
    path: "/v1/system/reconcilers",
    tag: "system",
    rule: "administrator",
    summary: "What each reconciler's last pass found",
    response: z.object({ items: z.array(ReconcilerReport) }),
    cli: {
      words: ["system", "reconcilers"],
      columns: ["name", "endedAt", "checked", "changed", "failed", "error"],
      example: "berth system reconcilers",
    },
  }),
} satisfies Contract;

export const auditContract = {
  listAudit: route({
    method: "GET",
    path: "/v1/audit",
    tag: "system",
    rule: "administrator",
    summary: "Who did what, the latest first",
    query: listQuery(
      {
        user: text.describe("name of the user"),
        action: text.describe("for example request.approve"),
        objectKind: text,
        objectId: text,
        outcome: z.enum(["done", "refused", "failed"]).optional(),
      },
      ["id"],
    ),
    response: pageOf(AuditEntry),
    cli: {
      words: ["audit", "list"],
      columns: ["at", "user", "action", "objectKind", "objectName", "objectId", "outcome"],
      example: "berth audit list --user ada --limit 20",
    },
  }),
} satisfies Contract;
