import { type RawBuilder, sql } from "kysely";
import { mayWhere, type Permission } from "../identity/grants.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { OperationRights } from "../kernel/workflow/operation-rights.ts";
import { SERVER_SCOPE } from "../servers/scope.ts";
import { SERVICE_SCOPE } from "./scope.ts";

/**
 * Who started an operation sees and steers it; so does who sees and operates the service or server that it is about. What
 * Berth started by itself, such as the watch over a lease, its owner sees and does not steer: he would end the lease's end.
 */
export const operationRights: OperationRights = {
  seen: (actor) => about(actor, "see", "owned"),
  operated: (actor) => sql<boolean>`(${about(actor, "operate", "by-role")}
    or (operation.user_id is not null and ${about(actor, "operate", "owned")}))`,
  commanded: (actor) => about(actor, "operate", "by-role"),
};

function about(actor: Actor, permission: Permission, by: "owned" | "by-role"): RawBuilder<boolean> {
  const isOwned = by === "owned";
  const own = isOwned && actor.userId !== null ? sql`operation.user_id = ${actor.userId}` : sql`false`;
  const inScope = (columns: typeof SERVICE_SCOPE | typeof SERVER_SCOPE) =>
    mayWhere(actor, permission, isOwned ? columns : { ...columns, owner: null });
  return sql<boolean>`(${own} or ${mayWhere(actor, permission, { owner: null, project: null, pool: null })}
    or (operation.subject_kind = 'service'
      and operation.subject_id in (select service.id::text from service where ${inScope(SERVICE_SCOPE)}))
    or (operation.subject_kind = 'server'
      and operation.subject_id in (select server.id::text from server where ${inScope(SERVER_SCOPE)})))`;
}
