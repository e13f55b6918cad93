import type { PriceSummary, RequestInfo, ReservedServer } from "@berth/api/request.ts";
import type { ServiceDetail, ServiceInfo } from "@berth/api/service.ts";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { ServerRow } from "../servers/store.ts";
import { serverInfo } from "../servers/views.ts";
import { allowedForRequest, allowedForService } from "./rules.ts";
import type { RequestRow, ServiceRow } from "./store.ts";

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
  project: string | null,
  operation: OperationGlance = NOWHERE,
): z.input<typeof RequestInfo> {
  const waitsForPerson = operation.state === "parked" || operation.state === "stuck";
  return {
    id: request.id,
    version: request.version,
    state: waitsForPerson ? "parked" : request.state,
    service: service.name,
    serviceId: service.id,
    template: service.template_label,
    completion: request.completion,
    email: request.email,
    requester: request.requester,
    project,
    pool: service.pool,
    startsAt: service.starts_at.toISOString(),
    endsAt: service.ends_at.toISOString(),
    leasePolicy: leasePolicyOf(service),
    onFailure: request.on_failure === "park" ? "park" : "unwind",
    price: service.price as Price,
    reserved: servers.map((server) => reservedServer(server, places)),
    reason: request.reason ?? operation.error,
    decidedBy: request.decided_by,
    decidedAt: request.decided_at?.toISOString() ?? null,
    operationId: request.id,
    allowed: allowedForRequest(request.state, operation.state),
    createdAt: request.created_at.toISOString(),
  };
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
}

export function serviceInfo(service: ServiceRow, { owner, project }: ServiceNames): z.input<typeof ServiceInfo> {
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
    allowed: allowedForService(service.state),
    createdAt: service.created_at.toISOString(),
  };
}

export async function serviceDetail(
  db: Db | Tx,
  service: ServiceRow,
  of: ServiceNames,
  servers: readonly ServerRow[],
  places: ReadonlyMap<string, string>,
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
    ...serviceInfo(service, of),
    servers: servers.map((server) =>
      serverInfo(server, { service: service.name, project: of.project, on: placeOf(server, places) }),
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
