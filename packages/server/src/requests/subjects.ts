import { mayWhere, type ScopeColumns } from "../identity/grants.ts";
import type { Db } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { serversOf } from "../servers/store.ts";
import { REQUEST_SCOPE, SERVICE_SCOPE } from "../services/scope.ts";
import { type Finder, findRequest, findService } from "../services/store.ts";
import { ownRequest } from "./request-decide.ts";
import { ownService } from "./service-actions.ts";

/** Everything that automatic decisions about a service or request can be about: itself and its servers. */
export async function subjectsBehind(
  db: Db,
  actor: Actor,
  kind: "service" | "request",
  idOrName: string,
): Promise<string[]> {
  if (kind === "service") {
    const service = await ownService(db, actor, idOrName, "see");
    return [service.id, ...(await serversOf(db, service.id)).map((server) => server.id)];
  }
  const request = await ownRequest(db, actor, idOrName, "see");
  return [request.id, ...(await serversOf(db, request.service_id)).map((server) => server.id)];
}

/** The operation that last changed the service of that name or id, if the caller sees it; for `berth watch NAME`. */
export async function operationOfSubject(db: Db, actor: Actor, idOrName: string): Promise<string | null> {
  const by = (columns: ScopeColumns): Finder => ({ userId: actor.userId, seen: mayWhere(actor, "see", columns) });
  const service = await findService(db, idOrName, by(SERVICE_SCOPE));
  if (service !== null) return service.operation_id;
  const request = await findRequest(db, idOrName, by(REQUEST_SCOPE));
  return request?.id ?? null;
}
