import type { PriceSummary, RequestInfo, ReservedServer } from "@berth/api/request.ts";
import type { ServiceDetail, ServiceInfo } from "@berth/api/service.ts";
import type { z } from "zod";
import { may } from "../identity/grants.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { verbsOf } from "../kernel/verbs.ts";
import { policyRefusal, type Viewer } from "../policies/entitlement.ts";
import type { ServerRow } from "../servers/store.ts";
import { serverInfo } from "../servers/views.ts";
import { priceOf } from "./request-price.ts";
import { requestScope, serviceScope } from "./scope.ts";
import type { RequestRow, ServiceRow } from "./store.ts";
import { requestVerbs, serviceVerbs } from "./verb-rules.ts";

type Price = z.output<typeof PriceSummary>;

/** What the operation of a request or service is doing, for its page. */
export interface OperationGlance {
  readonly state: string;
  readonly error: string | null;
}

const NOWHERE: OperationGlance = { state: "queued", error: null };

export async function glances(db: Db | Tx, ids: readonly string[]): Promise<ReadonlyMap<string, OperationGlance>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("operation").select(["id", "state", "error"]).where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

export function requestInfo(
  request: RequestRow,
  service: ServiceRow,
  servers: readonly ServerRow[],
  places: ReadonlyMap<string, string>,
  seen: Seen,
): z.input<typeof RequestInfo> {
  const { project, operation = NOWHERE, asked = null } = seen;
  const waitsForPerson = operation.state === "parked" || operation.state === "stuck";
  return {
    id: request.id,
    version: request.version,
    kind: request.kind,
    state: waitsForPerson ? "parked" : request.state,
    service: service.name,
    serviceId: service.id,
    template: service.template_label,
    completion: request.completion,
    email: request.email,
    requester: request.requester,
    project,
    pool: service.pool,
    startsAt: startOf(request, service),
    endsAt: (request.extends_to ?? service.ends_at).toISOString(),
    leasePolicy: leasePolicyOf(service),
    onFailure: request.on_failure === "park" ? "park" : "unwind",
    price: priceOf(request, service),
    reserved: servers.map((server) => reservedServer(server, places)),
    reason: request.reason ?? operation.error,
    decidedBy: request.decided_by,
    decidedAt: request.decided_at?.toISOString() ?? null,
    approval: approvalOf(request, asked),
    operationId: request.kind === "service" ? request.id : service.operation_id,
    ...verbsOf(verbsForRequest(request, operation.state, seen.viewer)),
    createdAt: request.created_at.toISOString(),
  };
}

/** What stands in other tables, and who looks. */
export interface Seen {
  readonly project: string | null;
  readonly operation?: OperationGlance | undefined;
  /** The question to an outside tool that was asked last. */
  readonly asked?: AskGlance | null | undefined;
  readonly viewer: Viewer;
}

export interface AskGlance {
  readonly rule_name: string;
  readonly state: string;
  readonly error: string | null;
}

function verbsForRequest(request: RequestRow, operation: string, { actor }: Viewer) {
  const scope = requestScope(request);
  return requestVerbs({
    kind: request.kind,
    state: request.state,
    operation,
    mayApprove: may(actor, "approve", scope),
    mayOperate: may(actor, "operate", scope),
  });
}

/** A longer lease begins where the one before would have ended. */
function startOf(request: RequestRow, service: ServiceRow): string {
  const { from } = request.wish as { from?: string };
  return request.kind === "extension" && from !== undefined ? from : service.starts_at.toISOString();
}

function approvalOf(request: RequestRow, asked: AskGlance | null): z.input<typeof RequestInfo>["approval"] {
  // The column's check allows nothing else.
  const outcome = request.approval_outcome as "approve" | "ask" | "webhook";
  return { rule: request.approval_rule, outcome, waitsFor: request.state === "waiting" ? waitsFor(asked) : null };
}

function waitsFor(asked: AskGlance | null): string {
  const trouble = asked?.error == null ? "" : `; ${asked.error}`;
  switch (asked?.state) {
    case "asking":
      return `${asked.rule_name} is being asked${trouble}`;
    case "asked":
      return `an answer of ${asked.rule_name}`;
    case "failed":
      return `an approver, since ${asked.rule_name} could not be asked${trouble}`;
    case "expired":
      return `an approver, since ${asked.rule_name} did not answer in time`;
    default:
      return "an approver";
  }
}

export function reservedServer(server: ServerRow, places: ReadonlyMap<string, string>): z.input<typeof ReservedServer> {
  return {
    id: server.id,
    name: server.name,
    group: server.group_name,
    hostname: server.hostname,
    kind: server.kind,
    on: placeOf(server, places) ?? "",
    addresses: server.nics.flatMap(({ network, ip, mac }) => (ip === null ? [] : [{ network, ip, mac }])),
    cores: server.cores,
    memoryMiB: server.memory_mib,
    disks: server.disks.map(({ name, sizeGiB }) => ({ name, sizeGiB })),
  };
}

export function placeOf(server: ServerRow, places: ReadonlyMap<string, string>): string | null {
  return places.get(server.machine_id ?? server.host_id ?? "") ?? null;
}

/** Names that stand in other tables. */
export interface ServiceNames {
  readonly owner: string;
  readonly project: string | null;
  readonly extension: { readonly requestId: string; readonly endsAt: string } | null;
}

export function serviceInfo(
  service: ServiceRow,
  { owner, project, extension }: ServiceNames,
  viewer: Viewer,
): z.input<typeof ServiceInfo> {
  return {
    id: service.id,
    version: service.version,
    name: service.name,
    state: service.state,
    owner,
    project,
    template: service.template_label,
    pool: service.pool,
    startsAt: service.starts_at.toISOString(),
    endsAt: service.ends_at.toISOString(),
    leasePolicy: leasePolicyOf(service),
    price: service.price as Price,
    operationId: service.operation_id,
    extension,
    ...verbsOf(verbsForService(service, extension, viewer)),
    createdAt: service.created_at.toISOString(),
  };
}

function verbsForService(service: ServiceRow, extension: ServiceNames["extension"], viewer: Viewer) {
  const scope = serviceScope(service);
  return serviceVerbs({
    state: service.state,
    mayOperate: may(viewer.actor, "operate", scope) || may(viewer.actor, "approve", scope),
    policy: {
      extend: policyRefusal(viewer, scope, "extend"),
      delete: policyRefusal(viewer, scope, "delete"),
    },
    waitsUntil: extension?.endsAt ?? null,
  });
}

export async function serviceDetail(
  db: Db | Tx,
  service: ServiceRow,
  of: ServiceNames,
  servers: readonly ServerRow[],
  places: ReadonlyMap<string, string>,
  viewer: Viewer,
): Promise<z.input<typeof ServiceDetail>> {
  const hooks = await db
    .selectFrom("hook_run")
    .selectAll()
    .where("service_id", "=", service.id)
    .orderBy("id")
    .limit(1000)
    .execute();
  const names = new Map(servers.map((server) => [server.id, server.name]));
  return {
    ...serviceInfo(service, of, viewer),
    servers: servers.map((server) =>
      serverInfo(server, { service: service.name, project: of.project, on: placeOf(server, places) }, viewer),
    ),
    hooks: hooks.map((run) => ({
      name: run.name,
      server: names.get(run.server_id ?? "") ?? "",
      at: run.at.toISOString(),
      exitCode: run.exit_code,
      output: run.output,
    })),
  };
}

function leasePolicyOf(service: ServiceRow): "deactivate" | "delete" | "ignore" {
  switch (service.lease_policy) {
    case "delete":
    case "ignore":
      return service.lease_policy;
    default:
      return "deactivate";
  }
}
