import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { mayAct } from "../servers/owner-rules.ts";
import { serversOf } from "../servers/store.ts";
import { findRequest, findService } from "./store.ts";

/** Everything that automatic decisions about a service or request can be about: itself and its servers. */
export async function subjectsBehind(
  db: Db,
  actor: Actor,
  kind: "service" | "request",
  idOrName: string,
): Promise<string[]> {
  if (kind === "service") {
    const service = await findService(db, idOrName, actor.userId);
    if (service === null || !mayAct(actor, service.owner_id))
      throw new AppError("not_found", `there is no service ${idOrName}`);
    return [service.id, ...(await serversOf(db, service.id)).map((server) => server.id)];
  }
  const request = await findRequest(db, idOrName, actor.userId);
  if (request === null || !mayAct(actor, request.requester_id))
    throw new AppError("not_found", `there is no request ${idOrName}`);
  return [request.id, ...(await serversOf(db, request.service_id)).map((server) => server.id)];
}

/** The operation that last changed the service of that name, or of that id; for `berth watch NAME`. */
export async function operationOfSubject(db: Db, idOrName: string): Promise<string | null> {
  const service = await findService(db, idOrName);
  if (service !== null) return service.operation_id;
  const request = await findRequest(db, idOrName);
  return request?.id ?? null;
}
