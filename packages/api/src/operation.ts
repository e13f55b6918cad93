import { z } from "zod";
import { Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const OperationState = z.enum([
  "queued",
  "running",
  "waiting",
  "parked",
  "stuck",
  "unwinding",
  "done",
  "failed",
  "cancelled",
  "undone",
  "accepted",
]);

/** What can be done about an operation that waits for a person. */
export const Door = z.enum(["retry", "rollback", "accept"]);

const OperationId = z.string().regex(/^[0-9A-Za-z._-]{1,120}$/);

export const OperationInfo = z.object({
  id: OperationId,
  parentId: OperationId.nullable(),
  workflow: z.string(),
  title: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }).describe("what it is about"),
  state: OperationState,
  ended: z.boolean(),
  error: z.string().nullable().describe("why it stopped or went back, in words"),
  waitsFor: z.string().nullable(),
  doors: z.array(Door).describe("open now: retry from here, roll back, or accept what is there"),
  createdAt: Timestamp,
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
});
export type OperationInfo = z.output<typeof OperationInfo>;

export const OperationStep = z.object({
  operationId: OperationId,
  position: z.number().int(),
  name: z.string(),
  state: z.enum(["running", "done", "failed", "undoing", "undone", "undo-failed", "kept"]),
  attempt: z.number().int(),
  percent: z.number().int().nullable(),
  note: z.string().nullable().describe("what it is doing just now"),
  error: z.string().nullable(),
  children: z.array(OperationId).describe("operations that run as this step"),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  undoneAt: Timestamp.nullable(),
});
export type OperationStep = z.output<typeof OperationStep>;

export const OperationLogLine = z.object({
  operationId: OperationId,
  at: Timestamp,
  step: z.string().nullable(),
  level: z.enum(["debug", "info", "warn", "error"]),
  message: z.string(),
});
export type OperationLogLine = z.output<typeof OperationLogLine>;

/** An operation and all below it, as flat lists: `operation-tree.ts` puts them in order. */
const parts = {
  operations: z.array(OperationInfo).describe("this operation and all below it"),
  steps: z.array(OperationStep),
  log: z.array(OperationLogLine).describe("the latest lines, oldest first"),
};

export const OperationDetail = OperationInfo.extend({
  ...parts,
  complete: z.boolean().describe("false when there were too many parts to show them all"),
  allowed: z.array(z.string()).describe("what the caller may do with it now"),
  refused: z.record(z.string(), z.string()).describe("why not the rest"),
});
export type OperationDetail = z.output<typeof OperationDetail>;

/**
 * What is new since the event before; the first one of a stream holds everything. Parts are whole, so that applying
 * one twice is applying it once. The stream ends when the operation does.
 */
export const OperationChange = z.object({ eventId: z.string(), ...parts });
export type OperationChange = z.output<typeof OperationChange>;

/** How long a workflow, or a step of it, has taken in the latest runs that went well. */
export const UsualDuration = z.object({
  workflow: z.string(),
  step: z.string().nullable().describe("null: the whole"),
  medianMs: z.number(),
  slowMs: z.number().describe("nine of ten took less"),
  runs: z.number().int(),
});
export type UsualDuration = z.output<typeof UsualDuration>;

const params = z.strictObject({ id: z.string().min(1).max(120).describe("id of the operation") });
const anyParams = z.strictObject({
  id: z.string().min(1).max(120).describe("id of an operation, or id or name of a service or request"),
});

function decision<const V extends z.infer<typeof Door> | "cancel">(verb: V, summary: string) {
  return route({
    method: "POST",
    path: `/v1/operations/{id}/${verb}`,
    tag: "operations",
    rule: "owner",
    summary,
    params,
    body: z.strictObject({ reason: z.string().min(1).max(500).optional().describe("why, for the audit") }),
    response: OperationInfo,
    status: 202,
    starts: true,
    cli: {
      words: ["operation", verb],
      args: ["id"],
      example: `berth operation ${verb} 0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e`,
    },
  });
}

export const operationContract = {
  listOperations: route({
    method: "GET",
    path: "/v1/operations",
    tag: "operations",
    rule: "owner",
    summary: "Operations: one's own, or all for an administrator",
    query: listQuery(
      {
        state: OperationState.optional(),
        ended: z.boolean().optional(),
        busy: z
          .boolean()
          .optional()
          .describe("true: runs, or has stopped at a failure; false: waits for an answer or a date, or has ended"),
        workflow: z.string().min(1).max(100).optional(),
        subjectKind: z.string().min(1).max(100).optional(),
        subjectId: z.string().min(1).max(120).optional(),
        parentId: OperationId.optional().describe(
          "those that run as a part of this one; without it, none that are parts",
        ),
      },
      ["createdAt", "title"],
    ),
    response: pageOf(OperationInfo),
    cli: {
      words: ["operation", "list"],
      columns: ["title", "workflow", "state", "waitsFor", "error", "createdAt", "endedAt", "id"],
      example: "berth operation list --state parked",
    },
  }),
  getOperation: route({
    method: "GET",
    path: "/v1/operations/{id}",
    tag: "operations",
    rule: "owner",
    summary: "An operation with its steps, parts and latest log lines",
    params: anyParams,
    response: OperationDetail,
    cli: { words: ["operation", "show"], args: ["id"], example: "berth operation show shop" },
  }),
  watchOperation: route({
    method: "GET",
    path: "/v1/operations/{id}/events",
    tag: "operations",
    rule: "owner",
    summary: "Follow an operation live until it ends",
    params: anyParams,
    response: OperationChange,
    stream: true,
    cli: { words: ["watch"], args: ["id"], example: "berth watch shop" },
  }),
  usualDurations: route({
    method: "GET",
    path: "/v1/operations/{id}/usual",
    tag: "operations",
    rule: "owner",
    summary: "How long such an operation, its parts and their steps usually take, by the latest that went well",
    params: anyParams,
    response: z.object({ items: z.array(UsualDuration) }),
    cli: {
      words: ["operation", "usual"],
      args: ["id"],
      columns: ["workflow", "step", "medianMs", "slowMs", "runs"],
      example: "berth operation usual shop",
    },
  }),
  retryOperation: decision("retry", "Try a parked or stuck operation again from where it stopped"),
  rollbackOperation: decision("rollback", "Undo all that a parked operation has done"),
  acceptOperation: decision("accept", "Leave things as they are and end a parked or stuck operation"),
  cancelOperation: decision("cancel", "Stop an operation after the step it is at, and undo it"),
} satisfies Contract;
