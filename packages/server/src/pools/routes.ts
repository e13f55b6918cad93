import { poolContract } from "@berth/api/pool.ts";
import { sql } from "kysely";
import { mayWhere } from "../identity/grants.ts";
import type { Db } from "../kernel/db/db.ts";
import { integerKey, mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { createPool, deletePool, getPool, updatePool } from "./pool-actions.ts";
import { poolRows, reservationRows } from "./store.ts";
import { poolView, reservationView } from "./views.ts";

export interface PoolDeps {
  readonly db: Db;
}

export function poolRoutes({ db }: PoolDeps): RouteSet {
  return implement(poolContract, {
    listPools: async ({ actor, query }) => {
      const rows = poolRows(db, actor).$if(query.goal !== undefined, (q) => q.where("goal", "=", query.goal ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: {
          order: integerKey("resource_pool.sort_order"),
          name: textKey("resource_pool.name"),
          createdAt: timeKey("resource_pool.created_at"),
        },
        standard: "order",
        id: uuidKey("resource_pool.id"),
        search: textKey("resource_pool.name"),
      });
      return mapPage(page, poolView);
    },
    getPool: async ({ actor, params }) => getPool(db, actor, params.id),
    createPool: async ({ actor, body }) => createPool(db, actor, body),
    updatePool: async ({ actor, params, body, ifMatch }) =>
      updatePool(db, actor, { pool: params.id, ifMatch, change: body }),
    deletePool: async ({ actor, params }) => {
      await deletePool(db, actor, params.id);
      return {};
    },
    listReservations: async ({ actor, query }) => {
      const rows = reservationRows(db)
        .where(mayWhere(actor, "estate-read", { owner: null, project: null, pool: "reservation.pool_id" }))
        .$if(query.pool !== undefined, (q) => q.where("resource_pool.name", "=", query.pool ?? ""))
        .$if(query.kind !== undefined, (q) => q.where("reservation.kind", "=", query.kind ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: {
          startsAt: timeKey(sql`lower(reservation.during)`),
          endsAt: timeKey(sql`upper(reservation.during)`),
          server: textKey("reservation.server_name"),
        },
        standard: "startsAt",
        id: uuidKey("reservation.id"),
        search: textKey("reservation.server_name"),
      });
      return mapPage(page, reservationView);
    },
  });
}
