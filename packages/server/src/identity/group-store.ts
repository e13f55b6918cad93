import { type Selectable, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import type { UserGroupTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";

export type GroupRow = Selectable<UserGroupTable>;

/** How somebody became a member. */
export type MemberSource = "hand" | "ldap" | "oidc";

export function groupRows(db: Db | Tx) {
  return db
    .selectFrom("user_group")
    .selectAll("user_group")
    .select(
      sql<number>`(select count(distinct m.user_id) from user_group_member m where m.group_id = user_group.id)`.as(
        "member_count",
      ),
    );
}

/** The group, locked until the transaction ends; `not_found` when there is none. */
export async function lockGroup(tx: Tx, nameOrId: string): Promise<GroupRow> {
  const row = await tx
    .selectFrom("user_group")
    .selectAll()
    .where(refColumn(nameOrId), "=", nameOrId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw noSuchGroup(nameOrId);
  return row;
}

export function noSuchGroup(nameOrId: string): AppError {
  return new AppError("not_found", `There is no group ${nameOrId}.`);
}

const MAX_MEMBERS = 1000;

export async function membersOf(db: Db | Tx, groupId: string) {
  return db
    .selectFrom("user_group_member")
    .innerJoin("berth_user", "berth_user.id", "user_group_member.user_id")
    .select(["berth_user.id", "berth_user.name"])
    .select(sql<MemberSource[]>`array_agg(user_group_member.source order by user_group_member.source)`.as("sources"))
    .where("group_id", "=", groupId)
    .groupBy(["berth_user.id", "berth_user.name"])
    .orderBy("berth_user.name")
    .limit(MAX_MEMBERS)
    .execute();
}
