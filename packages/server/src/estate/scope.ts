import { type RawBuilder, sql } from "kysely";
import { type Permission, reachOf } from "../identity/grants.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";

type Kind = "machine" | "host";

/** Machines or hosts that somebody's roles reach: all, or the members of his pools. */
export function inReach(
  actor: Actor,
  permission: Extract<Permission, "estate-read" | "operate">,
  kind: Kind,
): RawBuilder<boolean> {
  const reach = reachOf(actor, permission);
  if (reach.everything) return sql<boolean>`true`;
  return sql<boolean>`${sql.ref(`${kind}.id`)} in (
    select ${sql.ref(`${kind}_id`)} from ${sql.table(`resource_pool_${kind}`)}
    where pool_id = any(${reach.poolIds}::uuid[]))`;
}

/** The id of a machine or host that the caller may do this with: `not_found` for one that he doesn't see. */
export async function reachedId(
  db: Db | Tx,
  actor: Actor,
  kind: Kind,
  given: { readonly idOrName: string; readonly permission: "estate-read" | "operate" },
): Promise<string> {
  const row = await db
    .selectFrom(kind)
    .select("id")
    .select(inReach(actor, given.permission, kind).as("is_allowed"))
    .where(refColumn(given.idOrName), "=", given.idOrName)
    .where(inReach(actor, "estate-read", kind))
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no ${kind} ${given.idOrName}`);
  if (!row.is_allowed)
    throw new AppError("forbidden", `You see ${kind} ${given.idOrName}, but may not change it.`, {
      reasons: ["that is for operators of its pool or of everything, and for administrators"],
    });
  return row.id;
}
