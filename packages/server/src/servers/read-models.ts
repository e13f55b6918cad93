import type { Decision, ServerDetail, serverContract } from "@berth/api/server.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { mayWhere } from "../identity/grants.ts";
import { projectNames } from "../identity/project-names.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { viewerOf } from "../policies/entitlement.ts";
import { SERVER_SCOPE } from "./scope.ts";
import { rowOf, type ServerRow } from "./store.ts";
import { placesOf, serverDetail, serverInfo } from "./views.ts";

type ServerQuery = z.output<typeof serverContract.listServers.query>;

export async function listServers(db: Db, actor: Actor, query: ServerQuery) {
  const rows = db
    .selectFrom("server")
    .leftJoin("service", "service.id", "server.service_id")
    .selectAll("server")
    .leftJoin("project", "project.id", "server.project_id")
    .select(["service.name as service_name", "project.name as project_name"])
    .where(mayWhere(actor, "see", SERVER_SCOPE))
    .$if(query.state !== undefined, (q) => q.where("server.state", "=", query.state ?? ""))
    .$if(query.kind !== undefined, (q) => q.where("server.kind", "=", query.kind ?? ""))
    .$if(query.project !== undefined, (q) => q.where("project.name", "=", query.project ?? ""))
    .$if(query.service !== undefined, (q) => q.where("service.name", "=", query.service ?? ""))
    .$if(query.on !== undefined, (q) => q.where(isOn(query.on ?? "")));
  const page = await pageQuery(rows, query, {
    sorts: { name: textKey("server.name"), createdAt: timeKey("server.created_at") },
    standard: "name",
    id: uuidKey("server.id"),
    search: textKey("server.name"),
  });
  const servers = page.items.map((row) => ({
    row: rowOf(row),
    service: row.service_name ?? "",
    project: row.project_name,
  }));
  const places = await placesOf(
    db,
    servers.map(({ row }) => row),
  );
  const viewer = await viewerOf(db, actor);
  const items = servers.map(({ row, service, project }) =>
    serverInfo(row, { service, project, on: places.get(row.machine_id ?? row.host_id ?? "") ?? null }, viewer),
  );
  return page.next === undefined ? { items } : { items, next: page.next };
}

/** Landed on the machine or host of that name, and not gone from it since. */
function isOn(name: string) {
  return sql<boolean>`server.state <> 'retired' and (
    server.machine_id in (select id from machine where name = ${name})
    or server.host_id in (select id from host where name = ${name}))`;
}

export async function serverDetailOf(db: Db, actor: Actor, server: ServerRow): Promise<z.input<typeof ServerDetail>> {
  const service =
    server.service_id === null
      ? undefined
      : await db.selectFrom("service").select("name").where("id", "=", server.service_id).executeTakeFirst();
  const image = await db
    .selectFrom("image")
    .select(["name", "version"])
    .where("id", "=", server.image_id)
    .executeTakeFirst();
  const places = await placesOf(db, [server]);
  const projects = await projectNames(db, [server.project_id]);
  const where = {
    service: service?.name ?? "",
    project: projects.get(server.project_id) ?? null,
    on: places.get(server.machine_id ?? server.host_id ?? "") ?? null,
    image: image === undefined ? "" : `${image.name}@${image.version}`,
  };
  return serverDetail(server, where, await viewerOf(db, actor));
}

const MAX_DECISIONS = 500;

/** Every automatic decision about these subjects, oldest first. */
export async function decisionsOf(db: Db | Tx, subjects: readonly string[]): Promise<z.input<typeof Decision>[]> {
  if (subjects.length === 0) return [];
  const rows = await db
    .selectFrom("decision")
    .leftJoin("server", "server.id", "decision.subject_id")
    .selectAll("decision")
    .select("server.name as server_name")
    .where("decision.subject_id", "in", [...subjects])
    .orderBy("decision.id")
    .limit(MAX_DECISIONS)
    .execute();
  return rows.map((row) => ({
    id: String(row.id),
    at: row.at.toISOString(),
    subject: row.server_name ?? row.subject_kind,
    kind: row.kind,
    chosen: row.chosen,
    // Written by recordDecision only.
    reasons: row.reasons as z.input<typeof Decision>["reasons"],
  }));
}
