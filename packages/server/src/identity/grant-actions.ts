import { randomUUID } from "node:crypto";
import type { GrantInfo, grantContract } from "@berth/api/grant.ts";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { roleOf } from "./store.ts";

type GrantWish = z.output<typeof grantContract.createGrant.body>;

/** Grants with the names of who has them and of what they are on. */
export function grantRows(db: Db | Tx) {
  return db
    .selectFrom("role_grant")
    .leftJoin("berth_user", "berth_user.id", "role_grant.user_id")
    .leftJoin("user_group", "user_group.id", "role_grant.group_id")
    .leftJoin("project", "project.id", "role_grant.project_id")
    .leftJoin("resource_pool", "resource_pool.id", "role_grant.pool_id")
    .select(["role_grant.id", "role_grant.role", "role_grant.created_by", "role_grant.created_at"])
    .select([
      "berth_user.name as user_name",
      "user_group.name as group_name",
      "project.name as project_name",
      "resource_pool.name as pool_name",
    ]);
}

type GrantRow = Awaited<ReturnType<ReturnType<typeof grantRows>["executeTakeFirstOrThrow"]>>;

/** @throws AppError `invalid_request` for who or what is not there, `conflict` for a role that is given already. */
export async function createGrant(
  db: Db,
  actor: Actor,
  wish: GrantWish,
  record: (tx: Tx, made: GrantRow) => Promise<void>,
): Promise<GrantRow> {
  checkWish(wish);
  try {
    return await inTx(db, async (tx) => {
      const id = randomUUID();
      await tx
        .insertInto("role_grant")
        .values({
          id,
          role: wish.role,
          user_id: await idOf(tx, "user", wish.user),
          group_id: await idOf(tx, "group", wish.group),
          project_id: await idOf(tx, "project", wish.project),
          pool_id: await idOf(tx, "pool", wish.pool),
          created_by: actor.name,
        })
        .execute();
      const row = await readGrant(tx, id);
      await auditGrant(tx, actor, "create", row);
      await record(tx, row);
      return row;
    });
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
    throw new AppError("conflict", `${wish.user ?? wish.group} has the role ${wish.role} there already.`, {
      cause: error,
    });
  }
}

export async function deleteGrant(db: Db, actor: Actor, id: string): Promise<void> {
  await inTx(db, async (tx) => {
    const row = await readGrant(tx, id);
    await tx.deleteFrom("role_grant").where("id", "=", id).execute();
    await auditGrant(tx, actor, "delete", row);
  });
}

function checkWish(wish: GrantWish): void {
  const problems = [
    ...((wish.user === undefined) === (wish.group === undefined)
      ? [{ field: "user", message: "give either a user or a group" }]
      : []),
    ...(wish.project !== undefined && wish.pool !== undefined
      ? [{ field: "pool", message: "give a project or a pool, or neither for everything" }]
      : []),
  ];
  const message = problems.map((problem) => problem.message).join("; ");
  if (problems.length > 0) throw new AppError("invalid_request", message, { fields: problems });
}

const TABLES = { user: "berth_user", group: "user_group", project: "project", pool: "resource_pool" } as const;

/** Locked, so that it can't be removed before the grant is there. */
async function idOf(tx: Tx, field: keyof typeof TABLES, nameOrId: string | undefined): Promise<string | null> {
  if (nameOrId === undefined) return null;
  const row = await tx
    .selectFrom(TABLES[field])
    .select("id")
    .where(refColumn(nameOrId), "=", nameOrId)
    .forShare()
    .executeTakeFirst();
  if (row !== undefined) return row.id;
  const message = `there is no ${field} ${nameOrId}`;
  throw new AppError("invalid_request", message, { fields: [{ field, message }] });
}

async function readGrant(tx: Tx, id: string): Promise<GrantRow> {
  const row = await grantRows(tx).where("role_grant.id", "=", id).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `There is no grant ${id}.`);
  return row;
}

async function auditGrant(tx: Tx, actor: Actor, verb: "create" | "delete", row: GrantRow): Promise<void> {
  const { id: _, createdAt: _at, createdBy: _by, ...facts } = grantView(row);
  const change = verb === "create" ? { after: facts } : { before: facts };
  const object = { kind: "grant", id: row.id, name: `${row.role} for ${row.user_name ?? row.group_name}` };
  await audit(tx, { actor, action: `grant.${verb}`, object, outcome: "done", ...change });
}

export function grantView(row: GrantRow): z.input<typeof GrantInfo> {
  return {
    id: row.id,
    role: roleOf(row),
    user: row.user_name,
    group: row.group_name,
    project: row.project_name,
    pool: row.pool_name,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}
