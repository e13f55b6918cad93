import type { requestContract } from "@berth/api/request.ts";
import type { serviceContract } from "@berth/api/service.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { mayWhere } from "../identity/grants.ts";
import type { Db } from "../kernel/db/db.ts";
import { pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { requestInfos, serviceInfos } from "./read-models.ts";
import { REQUEST_SCOPE, SERVICE_SCOPE } from "./scope.ts";
import type { RequestRow, ServiceRow } from "./store.ts";

type RequestQuery = z.output<typeof requestContract.listRequests.query>;
type ServiceQuery = z.output<typeof serviceContract.listServices.query>;

export async function listRequests(db: Db, actor: Actor, query: RequestQuery) {
  const rows = db
    .selectFrom("request")
    .innerJoin("service", "service.id", "request.service_id")
    .selectAll("request")
    .where(mayWhere(actor, "see", REQUEST_SCOPE))
    .$if(query.project !== undefined, (q) => q.where("request.project_id", "in", projectId(db, query.project)))
    // `parked` is how a request shows whose operation waits for a person.
    .$if(query.state === "parked", (q) =>
      q.where(
        sql<string>`request.id::text`,
        "in",
        db.selectFrom("operation").select("id").where("state", "in", ["parked", "stuck"]),
      ),
    )
    .$if(query.state !== undefined && query.state !== "parked", (q) => q.where("request.state", "=", query.state ?? ""))
    .$if(query.requester !== undefined, (q) => q.where("request.requester", "=", query.requester ?? ""));
  const page = await pageQuery(rows, query, {
    sorts: {
      createdAt: timeKey("request.created_at"),
      startsAt: timeKey("service.starts_at"),
      endsAt: timeKey("service.ends_at"),
    },
    standard: "-createdAt",
    id: uuidKey("request.id"),
    search: textKey("service.name"),
  });
  const items = await requestInfos(db, actor, page.items as RequestRow[]);
  return page.next === undefined ? { items } : { items, next: page.next };
}

export async function listServices(db: Db, actor: Actor, query: ServiceQuery) {
  const rows = db
    .selectFrom("service")
    .selectAll()
    .where(mayWhere(actor, "see", SERVICE_SCOPE))
    .$if(query.project !== undefined, (q) => q.where("service.project_id", "in", projectId(db, query.project)))
    .$if(query.state !== undefined, (q) => q.where("state", "=", query.state ?? ""))
    .$if(query.owner !== undefined, (q) =>
      q.where(
        "owner_id",
        "in",
        db
          .selectFrom("berth_user")
          .select("id")
          .where("name", "=", query.owner ?? ""),
      ),
    );
  const page = await pageQuery(rows, query, {
    sorts: {
      name: textKey("service.name"),
      createdAt: timeKey("service.created_at"),
      endsAt: timeKey("service.ends_at"),
    },
    standard: "-createdAt",
    id: uuidKey("service.id"),
    search: textKey("service.name"),
  });
  const items = await serviceInfos(db, actor, page.items as ServiceRow[]);
  return page.next === undefined ? { items } : { items, next: page.next };
}

function projectId(db: Db, name = "") {
  return db.selectFrom("project").select("id").where("name", "=", name);
}
