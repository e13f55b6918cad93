import { type RawBuilder, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { combine, type Entitlement, UNRESTRICTED } from "./rules.ts";
import { holdsFor, policiesOf } from "./store.ts";

/** What a caller may do for himself. An administrator is held by no policy. */
export async function entitlementOf(db: Db | Tx, actor: Actor): Promise<Entitlement> {
  if (actor.userId === null || actor.roles.includes("administrator")) return UNRESTRICTED;
  return combine(await policiesOf(db, actor.userId));
}

/**
 * Whether the caller's policies let him ask for the template, or use the pool, whose name stands in `column`: as a
 * condition over rows, so that lists page by it.
 */
export function entitledTo(actor: Actor, what: "templates" | "pools", column: string): RawBuilder<boolean> {
  if (actor.userId === null || actor.roles.includes("administrator")) return sql<boolean>`true`;
  const names = sql.ref(`self_service_policy.${what}`);
  const mine = sql`select from self_service_policy where ${holdsFor(actor.userId)}`;
  return sql<boolean>`(not exists (${mine})
    or exists (${mine} and (cardinality(${names}) = 0 or ${sql.ref(column)} = any(${names}))))`;
}
