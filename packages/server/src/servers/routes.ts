import { serverContract } from "@berth/api/server.ts";
import { topologyContract } from "@berth/api/topology.ts";
import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { ownServer, switchServer } from "./actions.ts";
import { decisionsOf, listServers, serverDetailOf } from "./read-models.ts";
import { topologyOf } from "./topology.ts";

export interface ServerRoutesDeps {
  readonly db: Db;
  readonly engine: Engine;
  /** What decisions about a service or request can be about, which the room above knows; throws `not_found` for a stranger. */
  subjectsBehind(actor: Actor, kind: "service" | "request", idOrName: string): Promise<readonly string[]>;
}

export function serverRoutes(deps: ServerRoutesDeps): RouteSet {
  const { db } = deps;
  return implement(
    { ...serverContract, ...topologyContract },
    {
      getTopology: ({ query }) => topologyOf(db, query.site),
      listServers: ({ actor, query }) => listServers(db, actor, query),
      getServer: async ({ actor, params }) => serverDetailOf(db, actor, await ownServer(db, actor, params.id, "see")),
      startServer: ({ actor, params, recordAnswer }) => switchServer(deps, actor, params.id, "start", recordAnswer),
      stopServer: ({ actor, params, recordAnswer }) => switchServer(deps, actor, params.id, "stop", recordAnswer),
      restartServer: ({ actor, params, recordAnswer }) => switchServer(deps, actor, params.id, "restart", recordAnswer),
      async explain({ actor, params }) {
        const { kind, id } = params;
        const subjects =
          kind === "server" ? [(await ownServer(db, actor, id, "see")).id] : await deps.subjectsBehind(actor, kind, id);
        const items = await decisionsOf(db, subjects);
        if (items.length === 0) throw new AppError("not_found", `nothing was decided about ${kind} ${id} by itself`);
        return { items };
      },
    },
  );
}
