import type { Scope, ScopeColumns } from "../identity/grants.ts";

/** Where a server says whose it is. */
export const SERVER_SCOPE: ScopeColumns = {
  owner: "server.owner_id",
  project: "server.project_id",
  pool: "server.pool_id",
};

/** What `may` asks about a server. */
export function serverScope(server: {
  readonly owner_id: string;
  readonly project_id: string | null;
  readonly pool_id: string | null;
}): Scope {
  return { ownerId: server.owner_id, projectId: server.project_id, poolId: server.pool_id };
}
