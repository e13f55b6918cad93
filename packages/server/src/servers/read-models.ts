import type { Decision, ServerDetail, serverContract } from "@berth/api/server.ts";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { rowOf, type ServerRow } from "./store.ts";
import { placesOf, serverDetail, serverInfo } from "./views.ts";

type ServerQuery = z.output<typeof serverContract.listServers.query>;

export async function listServers(db: Db, actor: Actor, query: ServerQuery) {
  const rows = db
    .selectFrom("server")
    .leftJoin("service", "service.id", "server.service_id")
    .selectAll("server")
    .select("service.name as service_name")
    .$if(!actor.roles.includes("administrator"), (q) => q.where("server.owner_id", "=", actor.userId))
    .$if(query.state !== undefined, (q) => q.where("server.state", "=", query.state ?? ""))
    .$if(query.kind !== undefined, (q) => q.where("server.kind", "=", query.kind ?? ""))
    .$if(query.service !== undefined, (q) => q.where("service.name", "=", query.service ?? ""));
  const page = await pageQuery(rows, query, {
    sorts: { name: textKey("server.name"), createdAt: timeKey("server.created_at") },
    standard: "name",
    id: uuidKey("server.id"),
    search: textKey("server.name"),
  });
  const servers = page.items.map((row) => ({ row: rowOf(row), service: row.service_name ?? "" }));
  const places = await placesOf(
    db,
    servers.map(({ row }) => row),
  );
  const items = servers.map(({ row, service }) =>
    serverInfo(row, { service, on: places.get(row.machine_id ?? row.host_id ?? "") ?? null }),
  );
  return page.next === undefined ? { items } : { items, next: page.next };
}

export async function serverDetailOf(db: Db, server: ServerRow): Promise<z.input<typeof ServerDetail>> {
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
  return serverDetail(server, {
    service: service?.name ?? "",
    on: places.get(server.machine_id ?? server.host_id ?? "") ?? null,
    image: image === undefined ? "" : `${image.name}@${image.version}`,
  });
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
