import { randomUUID } from "node:crypto";
import { Role, type RoleName } from "@berth/api/role.ts";
import type { Db } from "../../kernel/db/db.ts";
import { inTx } from "../../kernel/db/db.ts";
import type { Grant } from "../../kernel/http/handler.ts";
import { testActor } from "../../kernel/http/testing/actor.ts";
import { createToken } from "../tokens.ts";
import { insertUser } from "../users.ts";

/** One who asks: with a role on everything, on one project, or on one pool, by himself or through a group. */
export interface Caller {
  readonly name: string;
  readonly role: RoleName;
  readonly on: Grant["on"];
  readonly by: "hand" | "group";
}

/** Every role on everything that it can be held on; through a group as well, where it is a grant. */
export const CALLERS: readonly Caller[] = Role.options.flatMap((role) => [
  { name: `${role}-of-everything`, role, on: "everything" as const, by: "hand" as const },
  { name: `${role}-of-everything-by-group`, role, on: "everything" as const, by: "group" as const },
  { name: `${role}-of-project`, role, on: "project" as const, by: "hand" as const },
  { name: `${role}-of-pool`, role, on: "pool" as const, by: "group" as const },
]);

/** Each of the callers as a user with a token. Where the role is given, the user's own role is `user`. */
export async function addCaller(
  db: Db,
  caller: Caller,
  places: { readonly projectId: string; readonly poolId: string },
): Promise<{ userId: string; token: string }> {
  const isOwnRole = caller.on === "everything" && caller.by === "hand";
  const user = await inTx(db, (tx) =>
    insertUser(tx, { name: caller.name, role: isOwnRole ? caller.role : "user", email: null, passwordHash: "none" }),
  );
  if (!isOwnRole) await giveRole(db, caller, user.id, places);
  const actor = testActor(caller.name, "user", { userId: user.id });
  const { token } = await createToken(db, actor, { name: "test", expiresAt: null });
  return { userId: user.id, token };
}

async function giveRole(
  db: Db,
  caller: Caller,
  userId: string,
  places: { readonly projectId: string; readonly poolId: string },
): Promise<void> {
  const groupId = caller.by === "group" ? randomUUID() : null;
  if (groupId !== null) {
    await db.insertInto("user_group").values({ id: groupId, name: caller.name }).execute();
    await db.insertInto("user_group_member").values({ group_id: groupId, user_id: userId }).execute();
  }
  await db
    .insertInto("role_grant")
    .values({
      id: randomUUID(),
      role: caller.role,
      user_id: groupId === null ? userId : null,
      group_id: groupId,
      project_id: caller.on === "project" ? places.projectId : null,
      pool_id: caller.on === "pool" ? places.poolId : null,
      created_by: "test",
    })
    .execute();
}
