import type { RequestInfo } from "@berth/api/request.ts";
import type { ServiceDetail, ServiceInfo } from "@berth/api/service.ts";
import type { z } from "zod";
import { projectNames } from "../identity/project-names.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { viewerOf } from "../policies/entitlement.ts";
import { rowOf, type ServerRow, serversOf } from "../servers/store.ts";
import { placesOf } from "../servers/views.ts";
import { findRequest, findService, type RequestRow, type ServiceRow } from "./store.ts";
import { type AskGlance, glances, requestInfo, type ServiceNames, serviceDetail, serviceInfo } from "./views.ts";

/** Requests with everything their pages show; a fixed number of queries, however many they are. */
export async function requestInfos(
  db: Db | Tx,
  actor: Actor,
  requests: readonly RequestRow[],
): Promise<z.input<typeof RequestInfo>[]> {
  if (requests.length === 0) return [];
  const serviceIds = requests.map((request) => request.service_id);
  const services = await db.selectFrom("service").selectAll().where("id", "in", serviceIds).execute();
  const servers = await serversOfAll(db, serviceIds);
  const places = await placesOf(db, servers);
  const projects = await projectNames(
    db,
    requests.map((request) => request.project_id),
  );
  const operations = await glances(
    db,
    requests.map((request) => request.id),
  );
  const asks = await lastAsks(
    db,
    requests.map((request) => request.id),
  );
  const viewer = await viewerOf(db, actor);
  return requests.flatMap((request) => {
    const service = services.find((candidate) => candidate.id === request.service_id) as ServiceRow | undefined;
    if (service === undefined) return [];
    const own = servers.filter((server) => server.service_id === service.id);
    const project = projects.get(request.project_id) ?? null;
    const seen = { project, operation: operations.get(request.id), asked: asks.get(request.id), viewer };
    return requestInfo(request, service, own, places, seen);
  });
}

export async function requestInfoOf(db: Db | Tx, actor: Actor, id: string): Promise<z.input<typeof RequestInfo>> {
  const request = await findRequest(db, id);
  const [info] = request === null ? [] : await requestInfos(db, actor, [request]);
  if (info === undefined) throw new Error(`request ${id} has vanished`);
  return info;
}

export async function serviceInfos(
  db: Db | Tx,
  actor: Actor,
  services: readonly ServiceRow[],
): Promise<z.input<typeof ServiceInfo>[]> {
  const names = await namesOf(db, services);
  const viewer = await viewerOf(db, actor);
  return services.map((service) => serviceInfo(service, names(service), viewer));
}

export async function serviceInfoOf(db: Db | Tx, actor: Actor, id: string): Promise<z.input<typeof ServiceInfo>> {
  const service = await findService(db, id);
  const [info] = service === null ? [] : await serviceInfos(db, actor, [service]);
  if (info === undefined) throw new Error(`service ${id} has vanished`);
  return info;
}

export async function serviceDetailOf(
  db: Db | Tx,
  actor: Actor,
  service: ServiceRow,
): Promise<z.input<typeof ServiceDetail>> {
  const names = await namesOf(db, [service]);
  const servers = await serversOf(db, service.id);
  const places = await placesOf(db, servers);
  return serviceDetail(db, service, names(service), servers, places, await viewerOf(db, actor));
}

async function namesOf(db: Db | Tx, services: readonly ServiceRow[]): Promise<(service: ServiceRow) => ServiceNames> {
  if (services.length === 0) return () => ({ owner: "", project: null, extension: null });
  const ids = [...new Set(services.map((service) => service.owner_id))];
  const users = await db.selectFrom("berth_user").select(["id", "name"]).where("id", "in", ids).execute();
  const owners = new Map(users.map((user) => [user.id, user.name]));
  const projects = await projectNames(
    db,
    services.map((service) => service.project_id),
  );
  const extensions = await waitingExtensions(
    db,
    services.map((service) => service.id),
  );
  return (service) => ({
    owner: owners.get(service.owner_id) ?? "",
    project: projects.get(service.project_id) ?? null,
    extension: extensions.get(service.id) ?? null,
  });
}

/** The question to an outside tool that was asked last about each request. */
async function lastAsks(db: Db | Tx, requestIds: readonly string[]): Promise<ReadonlyMap<string, AskGlance>> {
  const rows = await db
    .selectFrom("approval_ask")
    .select(["request_id", "rule_name", "state", "error"])
    .where("request_id", "in", [...requestIds])
    .orderBy("created_at")
    .execute();
  return new Map(rows.map((row) => [row.request_id, row]));
}

async function waitingExtensions(
  db: Db | Tx,
  serviceIds: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<ServiceNames["extension"]>>> {
  const rows = await db
    .selectFrom("request")
    .select(["id", "service_id", "extends_to"])
    .where("service_id", "in", [...serviceIds])
    .where("kind", "=", "extension")
    .where("state", "=", "waiting")
    .execute();
  return new Map(
    rows.map((row) => [row.service_id, { requestId: row.id, endsAt: row.extends_to?.toISOString() ?? "" }]),
  );
}

async function serversOfAll(db: Db | Tx, serviceIds: readonly string[]): Promise<ServerRow[]> {
  const rows = await db
    .selectFrom("server")
    .selectAll()
    .where("service_id", "in", [...serviceIds])
    .orderBy("group_name")
    .orderBy("ordinal")
    .execute();
  return rows.map(rowOf);
}
