import { z } from "zod";
import { Id, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { LeasePolicy, PriceSummary } from "./request.ts";
import { type Contract, route } from "./route.ts";
import { ServerInfo } from "./server.ts";

export const ServiceState = z.enum(["reserved", "deploying", "active", "inactive", "retiring", "retired", "failed"]);

export const ServiceInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  state: ServiceState,
  owner: z.string(),
  project: z.string().nullable(),
  template: z.string(),
  pool: z.string(),
  startsAt: Timestamp,
  endsAt: Timestamp,
  leasePolicy: LeasePolicy,
  price: PriceSummary,
  operationId: z.string().describe("the operation that last changed it"),
  extension: z
    .object({ requestId: Id, endsAt: Timestamp })
    .nullable()
    .describe("a longer lease that waits for approval"),
  allowed: z.array(z.string()),
  refused: z.record(z.string(), z.string()).describe("why not what may not be done now"),
  createdAt: Timestamp,
});

export const ServiceDetail = ServiceInfo.extend({
  servers: z.array(ServerInfo),
  hooks: z.array(
    z.object({
      name: z.string(),
      server: z.string(),
      at: Timestamp,
      exitCode: z.number().int().nullable(),
      output: z.string(),
    }),
  ),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

export const serviceContract = {
  listServices: route({
    method: "GET",
    path: "/v1/services",
    tag: "services",
    rule: "owner",
    summary: "Services that the caller sees: his own, his projects', and what his roles reach",
    query: listQuery(
      {
        state: ServiceState.optional(),
        owner: z.string().max(100).optional(),
        project: z.string().max(100).optional(),
      },
      ["name", "createdAt", "endsAt"],
    ),
    response: pageOf(ServiceInfo),
    cli: {
      words: ["service", "list"],
      columns: ["name", "state", "template", "owner", "project", "pool", "price.perDay", "endsAt", "id"],
      example: "berth service list --state active",
    },
  }),
  getService: route({
    method: "GET",
    path: "/v1/services/{id}",
    tag: "services",
    rule: "owner",
    summary: "One service with its servers and what its hooks printed",
    params,
    response: ServiceDetail,
    cli: { words: ["service", "show"], args: ["id"], example: "berth service show shop" },
  }),
  extendService: route({
    method: "POST",
    path: "/v1/services/{id}/lease",
    tag: "services",
    rule: "owner",
    summary: "Move the end date: earlier at once; later is held at once where it is free, and waits for approval",
    params,
    body: z.strictObject({ endsAt: Timestamp }),
    response: ServiceInfo,
    starts: true,
    cli: {
      words: ["service", "extend"],
      args: ["id"],
      example: "berth service extend shop --ends-at 2027-02-28T00:00:00Z",
    },
  }),
  deleteService: route({
    method: "DELETE",
    path: "/v1/services/{id}",
    tag: "services",
    rule: "owner",
    summary: "Remove a service: its servers, disks and addresses go back to their pools",
    params,
    response: ServiceInfo,
    status: 202,
    cli: {
      words: ["service", "delete"],
      args: ["id"],
      example: "berth service delete shop",
      follows: "operation",
      confirm: "Its servers and everything on their disks will be lost.",
    },
  }),
} satisfies Contract;
