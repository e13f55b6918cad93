import type { RequestInfo } from "@berth/api/request.ts";
import type { ServiceDetail, ServiceInfo } from "@berth/api/service.ts";
import type { z } from "zod";
import { projectNames } from "../identity/project-names.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { rowOf, type ServerRow, serversOf } from "../servers/store.ts";
import { placesOf } from "../servers/views.ts";
import { findRequest, findService, type RequestRow, type ServiceRow } from "./store.ts";
import { glances, requestInfo, type ServiceNames, serviceDetail, serviceInfo } from "./views.ts";

/** Requests with everything their pages show; a fixed number of queries, however many they are. */
export async function requestInfos(
  db: Db | Tx,
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
  return requests.flatMap((request) => {
    const service = services.find((candidate) => candidate.id === request.service_id) as ServiceRow | undefined;
    if (service === undefined) return [];
    const own = servers.filter((server) => server.service_id === service.id);
    const project = projects.get(request.project_id) ?? null;
    return requestInfo(request, service, own, places, project, operations.get(request.id));
  });
}

export async function requestInfoOf(db: Db | Tx, id: string): Promise<z.input<typeof RequestInfo>> {
  const request = await findRequest(db, id);
  const [info] = request === null ? [] : await requestInfos(db, [request]);
  if (info === undefined) throw new Error(`request ${id} has vanished`);
  return info;
}

export async function serviceInfos(
  db: Db | Tx,
  services: readonly ServiceRow[],
): Promise<z.input<typeof ServiceInfo>[]> {
  const names = await namesOf(db, services);
  return services.map((service) => serviceInfo(service, names(service)));
}

export async function serviceInfoOf(db: Db | Tx, id: string): Promise<z.input<typeof ServiceInfo>> {
  const service = await findService(db, id);
  const [info] = service === null ? [] : await serviceInfos(db, [service]);
  if (info === undefined) throw new Error(`service ${id} has vanished`);
  return info;
}

export async function serviceDetailOf(db: Db | Tx, service: ServiceRow): Promise<z.input<typeof ServiceDetail>> {
  const names = await namesOf(db, [service]);
  const servers = await serversOf(db, service.id);
  return serviceDetail(db, service, names(service), servers, await placesOf(db, servers));
}

async function namesOf(db: Db | Tx, services: readonly ServiceRow[]): Promise<(service: ServiceRow) => ServiceNames> {
  if (services.length === 0) return () => ({ owner: "", project: null });
  const ids = [...new Set(services.map((service) => service.owner_id))];
  const users = await db.selectFrom("berth_user").select(["id", "name"]).where("id", "in", ids).execute();
  const owners = new Map(users.map((user) => [user.id, user.name]));
  const projects = await projectNames(
    db,
    services.map((service) => service.project_id),
  );
  return (service) => ({
    owner: owners.get(service.owner_id) ?? "",
    project: projects.get(service.project_id) ?? null,
  });
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
