import type { HeldGrant } from "@berth/api/role.ts";
import { type RawBuilder, sql } from "kysely";
import type { z } from "zod";
import type { Db } from "../kernel/db/db.ts";
import type { Grant } from "../kernel/http/handler.ts";
import { roleOf } from "./store.ts";

/** A grant as `heldGrants` gives it. */
export interface HeldRow {
  readonly role: string;
  readonly project: string | null;
  readonly pool: string | null;
}

/** The roles given to a user and to the groups that he is in, in the query that finds him: every request needs them. */
export function heldGrants(userId: string): RawBuilder<HeldRow[]> {
  return sql<HeldRow[]>`(
    select coalesce(jsonb_agg(distinct jsonb_build_object('role', g.role, 'project', g.project_id, 'pool', g.pool_id)), '[]')
    from role_grant g where g.user_id = ${sql.ref(userId)}
      or g.group_id in (select m.group_id from user_group_member m where m.user_id = ${sql.ref(userId)}))`;
}

export function readHeld(row: HeldRow): Grant {
  const role = roleOf(row);
  if (row.project !== null) return { role, on: "project", id: row.project };
  if (row.pool !== null) return { role, on: "pool", id: row.pool };
  return { role, on: "everything", id: null };
}

export async function grantsOf(db: Db, userId: string): Promise<Grant[]> {
  const held = heldGrants("berth_user.id").as("held");
  const row = await db.selectFrom("berth_user").select(held).where("id", "=", userId).executeTakeFirstOrThrow();
  return row.held.map(readHeld);
}

/** The roles on everything: the user's own first. */
export function rolesOf(user: { readonly role: string }, grants: readonly Grant[]) {
  const given = grants.filter((grant) => grant.on === "everything").map((grant) => grant.role);
  return [...new Set([roleOf(user), ...given])];
}

/** Grants with the names of what they are on. */
export async function namedGrants(db: Db, grants: readonly Grant[]): Promise<z.input<typeof HeldGrant>[]> {
  const ids = grants.flatMap((grant) => grant.id ?? []);
  if (ids.length === 0) return grants.map((grant) => ({ ...grant, name: null }));
  const rows = await db
    .selectFrom("project")
    .select(["id", "name"])
    .where("id", "in", ids)
    .unionAll(db.selectFrom("resource_pool").select(["id", "name"]).where("id", "in", ids))
    .execute();
  const names = new Map(rows.map((row) => [row.id, row.name]));
  return grants.map((grant) => ({ ...grant, name: names.get(grant.id ?? "") ?? null }));
}

export async function groupsOf(db: Db, userId: string): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom("user_group")
    .select(["id", "name"])
    .where("id", "in", db.selectFrom("user_group_member").select("group_id").where("user_id", "=", userId))
    .orderBy("name")
    .execute();
}
