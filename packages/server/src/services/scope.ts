import type { Scope, ScopeColumns } from "../identity/grants.ts";

/** Where the rows of this room say whose they are. */
export const SERVICE_SCOPE: ScopeColumns = {
  owner: "service.owner_id",
  project: "service.project_id",
  pool: "service.pool_id",
};
export const REQUEST_SCOPE: ScopeColumns = {
  owner: "request.requester_id",
  project: "request.project_id",
  pool: "request.pool_id",
};

interface Scoped {
  readonly project_id: string | null;
  readonly pool_id: string | null;
}

/** What `may` asks about a service. */
export function serviceScope(service: Scoped & { readonly owner_id: string }): Scope {
  return { ownerId: service.owner_id, projectId: service.project_id, poolId: service.pool_id };
}

/** What `may` asks about a request. */
export function requestScope(request: Scoped & { readonly requester_id: string }): Scope {
  return { ownerId: request.requester_id, projectId: request.project_id, poolId: request.pool_id };
}
