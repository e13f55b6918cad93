import { z } from "zod";
import { Timestamp } from "./common.ts";
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
    rule: "estate-read",
    summary: "What each reconciler's last pass found",
    response: z.object({ items: z.array(ReconcilerReport) }),
    cli: {
      words: ["system", "reconcilers"],
      columns: ["name", "endedAt", "checked", "changed", "failed", "error"],
      example: "berth system reconcilers",
    },
  }),
} satisfies Contract;
