import type { UserInfo } from "@berth/api/identity.ts";
import type { RoleName } from "@berth/api/role.ts";
import type { Selectable } from "kysely";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import type { BerthUserTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";

export type UserRow = Selectable<BerthUserTable>;

/** By name or id; null when there is none. */
export async function findUser(db: Db | Tx, nameOrId: string): Promise<UserRow | null> {
  const row = await db
    .selectFrom("berth_user")
    .selectAll()
    .where(refColumn(nameOrId), "=", nameOrId)
    .executeTakeFirst();
  return row ?? null;
}

/** As `findUser`, locked until the transaction ends; `not_found` when there is none. */
export async function lockUser(tx: Tx, nameOrId: string): Promise<UserRow> {
  const row = await tx
    .selectFrom("berth_user")
    .selectAll()
    .where(refColumn(nameOrId), "=", nameOrId)
    .forUpdate()
    .executeTakeFirst();
  return row ?? noSuchUser();
}

export async function getUser(db: Db | Tx, nameOrId: string): Promise<UserRow> {
  return (await findUser(db, nameOrId)) ?? noSuchUser();
}

function noSuchUser(): never {
  throw new AppError("not_found", "There is no such user.");
}

/**
 * Locks all enabled users who are administrators themselves, so that two of them can't remove each other at once. Roles
 * through grants and groups don't count: a directory could take them all away.
 */
export async function lockAdministrators(tx: Tx): Promise<string[]> {
  const rows = await tx
    .selectFrom("berth_user")
    .select("id")
    .where("role", "=", "administrator")
    .where("disabled_at", "is", null)
    .orderBy("id")
    .forUpdate()
    .execute();
  return rows.map((row) => row.id);
}

export async function endSessions(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom("session").where("user_id", "=", userId).execute();
}

export function renderUser(row: UserRow): z.input<typeof UserInfo> {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    role: roleOf(row),
    email: row.email,
    enabled: row.disabled_at === null,
    displayName: row.display_name,
    // The table's check allows these only.
    source: row.source as z.input<typeof UserInfo>["source"],
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

export function roleOf(row: { role: string }): RoleName {
  // The table's check allows the roles only.
  return row.role as RoleName;
}
