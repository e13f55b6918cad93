import { z } from "zod";
import { ApprovalOutcome } from "./approval-rule.ts";
import { Id, IpAddress, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const LeasePolicy = z
  .enum(["deactivate", "delete", "ignore"])
  .describe("what happens at the end date: servers off and machines freed, all removed, or nothing");

export const OnFailure = z
  .enum(["unwind", "park"])
  .describe("after a failure: undo everything, or stop and wait for a person (retry, rollback, accept)");

export const RequestState = z.enum([
  "waiting",
  "approved",
  "deploying",
  "active",
  "parked",
  "rejected",
  "withdrawn",
  "failed",
  "ended",
]);

export const NewRequest = z.strictObject({
  service: Name.describe("name of the service to make"),
  template: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}(?:@\d{1,6})?$/, "a template's name, or name@version")
    .describe("published template, as NAME or NAME@VERSION"),
  completion: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/,
      "1 to 20 lower-case letters, digits and hyphens, no hyphen at the ends",
    )
    .describe("hostname completion: replaces # in the template's hostname patterns"),
  email: z.email().max(254).describe("who is told about approval and the end of the lease"),
  startsAt: Timestamp.optional().describe("when to deploy; now if not given"),
  endsAt: Timestamp.describe("end of the lease"),
  pools: z
    .array(Name)
    .min(1)
    .max(20)
    .default(["default"])
    .describe("pools in order; the first that holds everything is taken"),
  project: Name.optional().describe("the project that it belongs to, whose members see it; none, if not given"),
  leasePolicy: LeasePolicy.default("deactivate"),
  onFailure: OnFailure.default("unwind"),
});

const PriceLine = z.object({ item: z.string(), count: z.number(), perDay: z.string() });
export const PriceSummary = z.object({
  currency: z.string(),
  perDay: z.string(),
  total: z.string(),
  days: z.number(),
  lines: z.array(PriceLine),
});

/** One server's share of what a request holds. */
export const ReservedServer = z.object({
  id: Id,
  name: z.string(),
  group: z.string(),
  hostname: z.string(),
  kind: z.enum(["physical", "virtual"]),
  on: z.string().describe("the machine or host that it was given"),
  addresses: z.array(z.object({ network: z.string(), ip: IpAddress, mac: z.string() })),
  cores: z.number().int(),
  memoryMiB: z.number().int(),
  disks: z.array(z.object({ name: z.string(), sizeGiB: z.number() })),
});

export const RequestInfo = z.object({
  id: Id,
  version: z.number().int(),
  kind: z.enum(["service", "extension"]).describe("a new service, or a longer lease for one"),
  state: RequestState,
  service: z.string(),
  serviceId: Id,
  template: z.string(),
  completion: z.string(),
  email: z.string(),
  requester: z.string(),
  project: z.string().nullable(),
  pool: z.string(),
  startsAt: Timestamp,
  endsAt: Timestamp,
  leasePolicy: LeasePolicy,
  onFailure: OnFailure,
  price: PriceSummary.describe("of a longer lease what it adds"),
  reserved: z.array(ReservedServer),
  reason: z.string().nullable().describe("why it was rejected, withdrawn or failed, in words"),
  decidedBy: z.string().nullable(),
  decidedAt: Timestamp.nullable(),
  approval: z
    .object({
      rule: z.string().nullable().describe("the rule that decided how; null: none fitted"),
      outcome: ApprovalOutcome,
      waitsFor: z.string().nullable().describe("who is waited for, or why an outside tool is not any more"),
    })
    .describe("how it is approved"),
  operationId: z.string(),
  allowed: z.array(z.string()).describe("what may be done with it now"),
  refused: z.record(z.string(), z.string()).describe("why not what may not be done now"),
  createdAt: Timestamp,
});

/** What is free for the whole time asked for. */
const Availability = z.object({
  pool: z.string().describe("the pool that would be taken, or the first one where none has room"),
  physical: z.object({ free: z.number().int(), total: z.number().int() }),
  virtual: z.object({
    hosts: z.number().int(),
    coresFree: z.number().int(),
    coresTotal: z.number().int(),
    memoryMiBFree: z.number().int(),
    memoryMiBTotal: z.number().int(),
    storageGiBFree: z.number().int(),
    storageGiBTotal: z.number().int(),
  }),
  freeFrom: Timestamp.nullable().describe("the first start at which it fits for as long; null where none was found"),
});

export const Quote = z.object({
  price: PriceSummary,
  fits: z.boolean(),
  pool: z.string().nullable(),
  reasons: z.array(z.string()).describe("what is missing, by how much, and the smallest change that would help"),
  availability: Availability,
  overLimits: z.array(z.string()).describe("limits of the caller's self-service policies that it would pass"),
  approval: z.object({ rule: z.string().nullable(), outcome: ApprovalOutcome }).describe("how it would be approved"),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id, or the service's name") });
const decision = z.strictObject({ reason: z.string().min(1).max(1000).optional().describe("kept with the decision") });
const refusal = z.strictObject({ reason: z.string().min(1).max(1000).describe("told to the requester") });
const columns = [
  "service",
  "kind",
  "template",
  "state",
  "requester",
  "pool",
  "price.perDay",
  "startsAt",
  "endsAt",
  "id",
];

export const requestContract = {
  createRequest: route({
    method: "POST",
    path: "/v1/requests",
    tag: "requests",
    rule: "signed-in",
    summary: "Ask for a service: everything it needs is reserved at once, before anyone approves",
    body: NewRequest,
    response: RequestInfo,
    status: 201,
    starts: true,
    cli: {
      words: ["request", "create"],
      args: ["template"],
      example:
        "berth request create two-tier --service shop --completion shop --email ops@example.org --ends-at 2027-01-31T00:00:00Z",
    },
  }),
  quoteRequest: route({
    method: "POST",
    path: "/v1/requests/quote",
    tag: "requests",
    rule: "signed-in",
    summary: "Price and availability of a request, without reserving anything",
    body: NewRequest,
    response: Quote,
    cli: {
      words: ["request", "quote"],
      args: ["template"],
      example:
        "berth request quote two-tier --service shop --completion shop --email ops@example.org --ends-at 2027-01-31T00:00:00Z",
    },
  }),
  listRequests: route({
    method: "GET",
    path: "/v1/requests",
    tag: "requests",
    rule: "owner",
    summary: "Requests that the caller sees: his own, his projects', and what his roles reach",
    query: listQuery(
      {
        state: RequestState.optional(),
        requester: z.string().max(100).optional(),
        project: z.string().max(100).optional(),
      },
      ["createdAt", "startsAt", "endsAt"],
    ),
    response: pageOf(RequestInfo),
    cli: { words: ["request", "list"], columns, example: "berth request list --state waiting" },
  }),
  getRequest: route({
    method: "GET",
    path: "/v1/requests/{id}",
    tag: "requests",
    rule: "owner",
    summary: "One request with its whole story",
    params,
    response: RequestInfo,
    cli: { words: ["request", "show"], args: ["id"], example: "berth request show shop" },
  }),
  approveRequest: route({
    method: "POST",
    path: "/v1/requests/{id}/approve",
    tag: "requests",
    rule: "approve",
    scoped: true,
    summary: "Approve a waiting request; it deploys at its start date",
    params,
    body: decision,
    response: RequestInfo,
    starts: true,
    cli: { words: ["approve"], args: ["id"], example: "berth approve shop --reason 'within budget'" },
  }),
  rejectRequest: route({
    method: "POST",
    path: "/v1/requests/{id}/reject",
    tag: "requests",
    rule: "approve",
    scoped: true,
    summary: "Reject a waiting request; all it held goes back",
    params,
    body: refusal,
    response: RequestInfo,
    starts: true,
    cli: { words: ["reject"], args: ["id"], example: "berth reject shop --reason 'no budget until March'" },
  }),
  withdrawRequest: route({
    method: "POST",
    path: "/v1/requests/{id}/withdraw",
    tag: "requests",
    rule: "owner",
    summary: "Take one's own request back before it is active; what was done is undone",
    params,
    body: decision,
    response: RequestInfo,
    starts: true,
    cli: { words: ["request", "withdraw"], args: ["id"], example: "berth request withdraw shop" },
  }),
  retryRequest: route({
    method: "POST",
    path: "/v1/requests/{id}/retry",
    tag: "requests",
    rule: "owner",
    summary: "Ask again for what a failed, rejected or withdrawn request asked for",
    params,
    body: z.strictObject({ endsAt: Timestamp.optional().describe("another end date") }),
    response: RequestInfo,
    status: 201,
    starts: true,
    cli: { words: ["request", "retry"], args: ["id"], example: "berth request retry shop" },
  }),
} satisfies Contract;
