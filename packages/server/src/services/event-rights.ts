import { type RawBuilder, sql } from "kysely";
import { mayWhere } from "../identity/grants.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { operationRights } from "./operation-rights.ts";

const NO_SCOPE = { owner: null, project: null, pool: null };

/** Events of operations go to who sees the operation; those of machines and hosts to who reads the estate. */
export function eventsSeen(actor: Actor): RawBuilder<boolean> {
  return sql<boolean>`(case
    when event.root_id is not null
      then event.root_id in (select operation.id from operation where ${operationRights.seen(actor)})
    else ${mayWhere(actor, "estate-read", NO_SCOPE)} end)`;
}
