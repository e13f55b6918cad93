import { usageContract } from "@berth/api/usage.ts";
import type { Db } from "../kernel/db/db.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { poolCalendar } from "../pools/calendar.ts";
import { usageOf } from "./usage.ts";

export function usageRoutes({ db }: { readonly db: Db }): RouteSet {
  return implement(usageContract, {
    getUsage: async ({ actor }) => ({ items: await usageOf(db, actor) }),
    getPoolCalendar: ({ actor, params, query }) => poolCalendar(db, actor, params.id, query),
  });
}
