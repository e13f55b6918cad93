import { systemContract } from "@berth/api/system.ts";
import { sql } from "kysely";
import type { Db } from "../db/db.ts";
import { implement, type RouteSet } from "./handler.ts";

/** What the controllers and reconcilers say of themselves. */
export function systemRoutes({ db, version }: { db: Db; version: string }): RouteSet {
  return implement(systemContract, {
    getSystem: async () => {
      const rows = await db
        .selectFrom("controller")
        .selectAll()
        .select(sql<boolean>`dead_at is null and lease_until > now()`.as("alive"))
        .where((where) =>
          where.or([where("dead_at", "is", null), where("dead_at", ">", sql<Date>`now() - interval '1 hour'`)]),
        )
        .orderBy("started_at")
        .limit(100)
        .execute();
      return {
        version,
        controllers: rows.map((row) => ({
          id: row.id,
          name: row.name,
          host: row.host,
          pid: row.pid,
          alive: row.alive,
          startedAt: row.started_at.toISOString(),
          heartbeatAt: row.heartbeat_at.toISOString(),
        })),
      };
    },
    listReconcilers: async () => {
      const rows = await db.selectFrom("reconciler_report").selectAll().orderBy("name").execute();
      return {
        items: rows.map((row) => ({
          name: row.name,
          controllerId: row.controller_id,
          startedAt: row.started_at.toISOString(),
          endedAt: row.ended_at.toISOString(),
          checked: row.checked,
          changed: row.changed,
          failed: row.failed,
          error: row.error,
        })),
      };
    },
  });
}
