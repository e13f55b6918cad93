import { randomUUID } from "node:crypto";
import type { GroupDetail, GroupInfo } from "@berth/api/group.ts";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { type GroupRow, groupRows, lockGroup, membersOf, noSuchGroup } from "./group-store.ts";
import { lockUser } from "./store.ts";
import { checkVersion } from "./versions.ts";

type Detail = z.input<typeof GroupDetail>;

export async function getGroup(db: Db | Tx, nameOrId: string): Promise<Detail> {
  const row = await groupRows(db).where(refColumn(nameOrId), "=", nameOrId).executeTakeFirst();
  if (row === undefined) throw noSuchGroup(nameOrId);
  return { ...groupView(row), members: await membersOf(db, row.id) };
}

export async function createGroup(
  db: Db,
  actor: Actor,
  wish: { readonly name: string; readonly external?: string | undefined },
  record: (tx: Tx, made: Detail) => Promise<void>,
): Promise<Detail> {
  return unlessTaken(() =>
    inTx(db, async (tx) => {
      const row = await tx
        .insertInto("user_group")
        .values({ id: randomUUID(), name: wish.name, external: wish.external ?? null })
        .returningAll()
        .executeTakeFirstOrThrow();
      const change = { after: factsOf(row) };
      await audit(tx, { actor, action: "group.create", object: objectOf(row), outcome: "done", ...change });
      const made = await getGroup(tx, row.id);
      await record(tx, made);
      return made;
    }),
  );
}

export async function updateGroup(
  db: Db,
  actor: Actor,
  given: {
    readonly group: string;
    readonly ifMatch: number;
    readonly change: { readonly newName?: string | undefined; readonly external?: string | null | undefined };
  },
): Promise<Detail> {
  const { newName, external } = given.change;
  return unlessTaken(() =>
    inTx(db, async (tx) => {
      const group = await lockGroup(tx, given.group);
      checkVersion("group", group, given.ifMatch);
      const changed = await tx
        .updateTable("user_group")
        .set({
          name: newName ?? group.name,
          external: external === undefined ? group.external : external,
          version: group.version + 1,
        })
        .where("id", "=", group.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      const change = { before: factsOf(group), after: factsOf(changed) };
      await audit(tx, { actor, action: "group.update", object: objectOf(changed), outcome: "done", ...change });
      return getGroup(tx, group.id);
    }),
  );
}

/** Its memberships and the roles given to it go with it. */
export async function deleteGroup(db: Db, actor: Actor, nameOrId: string): Promise<void> {
  await inTx(db, async (tx) => {
    const group = await lockGroup(tx, nameOrId);
    const members = await membersOf(tx, group.id);
    await tx.deleteFrom("user_group").where("id", "=", group.id).execute();
    const change = { before: { ...factsOf(group), members: members.map((member) => member.name) } };
    await audit(tx, { actor, action: "group.delete", object: objectOf(group), outcome: "done", ...change });
  });
}

/** A member by hand, whatever else made it one; who is one already stays one. */
export async function addMember(db: Db, actor: Actor, nameOrId: string, userNameOrId: string): Promise<Detail> {
  return inTx(db, async (tx) => {
    const group = await lockGroup(tx, nameOrId);
    const user = await lockUser(tx, userNameOrId);
    const added = await tx
      .insertInto("user_group_member")
      .values({ group_id: group.id, user_id: user.id, source: "hand" })
      .onConflict((on) => on.doNothing())
      .returning("user_id")
      .executeTakeFirst();
    if (added !== undefined) await auditMember(tx, actor, { group, user: user.name, verb: "add" });
    return getGroup(tx, group.id);
  });
}

/** Takes a user out of a group, however it came in. `not_found` for one that is not in it. */
export async function removeMember(db: Db, actor: Actor, nameOrId: string, userNameOrId: string): Promise<void> {
  await inTx(db, async (tx) => {
    const group = await lockGroup(tx, nameOrId);
    const user = await lockUser(tx, userNameOrId);
    const removed = await tx
      .deleteFrom("user_group_member")
      .where("group_id", "=", group.id)
      .where("user_id", "=", user.id)
      .returning("source")
      .execute();
    if (removed.length === 0) throw new AppError("not_found", `${user.name} is not in the group ${group.name}.`);
    await auditMember(tx, actor, { group, user: user.name, verb: "remove" });
  });
}

async function auditMember(
  tx: Tx,
  actor: Actor,
  { group, user, verb }: { group: GroupRow; user: string; verb: "add" | "remove" },
): Promise<void> {
  const change = verb === "add" ? { after: { member: user } } : { before: { member: user } };
  await audit(tx, { actor, action: `group.${verb}-member`, object: objectOf(group), outcome: "done", ...change });
}

async function unlessTaken<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
    throw new AppError("conflict", "There is a group of this name, or with this name in the directory, already.", {
      cause: error,
      fields: [{ field: "name", message: "is taken, or the name in the directory is" }],
    });
  }
}

export function groupView(row: GroupRow & { readonly member_count: number }): z.input<typeof GroupInfo> {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    external: row.external,
    memberCount: row.member_count,
    createdAt: row.created_at.toISOString(),
  };
}

function factsOf(row: GroupRow) {
  return { name: row.name, external: row.external };
}

function objectOf(row: GroupRow) {
  return { kind: "group", id: row.id, name: row.name };
}
