import type { SelfServiceVerb } from "@berth/api/self-service-policy.ts";
import { type RawBuilder, sql } from "kysely";
import { may, type Scope } from "../identity/grants.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { actionRefusal, combine, type Entitlement, UNRESTRICTED } from "./rules.ts";
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

/** Who looks at things, with what his policies let him do with his own. */
export interface Viewer {
  readonly actor: Actor;
  readonly entitlement: Entitlement;
}

export async function viewerOf(db: Db | Tx, actor: Actor): Promise<Viewer> {
  return { actor, entitlement: await entitlementOf(db, actor) };
}

/** Why policies forbid this to an owner; null to who operates the object by a role. */
export function policyRefusal({ actor, entitlement }: Viewer, object: Scope, verb: SelfServiceVerb): string | null {
  const { projectId = null, poolId = null } = object;
  return may(actor, "operate", { projectId, poolId }) ? null : actionRefusal(entitlement, verb);
}

/** @throws AppError `forbidden` with the policies' reason. */
export async function demandByPolicy(
  db: Db | Tx,
  actor: Actor,
  object: Scope,
  wanted: { readonly verb: SelfServiceVerb; readonly name: string },
): Promise<void> {
  const refusal = policyRefusal(await viewerOf(db, actor), object, wanted.verb);
  if (refusal !== null)
    throw new AppError("forbidden", `You may not ${wanted.verb === "console" ? "open" : wanted.verb} ${wanted.name}.`, {
      reasons: [refusal],
    });
}
