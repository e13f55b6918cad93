import { randomUUID } from "node:crypto";
import type { NewPool } from "@berth/api/pool.ts";
import type { z } from "zod";
import { audit, changeOf } from "../audit/audit.ts";
import { may } from "../identity/grants.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { readMembers, writeMembers } from "./members.ts";
import { type PoolListRow, poolRows, reservationRows } from "./store.ts";
import { poolDetailView } from "./views.ts";

export type PoolWish = z.output<typeof NewPool>;
export type PoolChange = {
  readonly [K in Exclude<keyof PoolWish, "name" | "notes">]?: PoolWish[K] | undefined;
} & { readonly notes?: string | null | undefined };

type Detail = ReturnType<typeof poolDetailView>;

const MAX_USE = 200;

/** One pool with its members; to who looks after it, with who holds what. A pool that is not for the caller is not there. */
export async function getPool(db: Db | Tx, actor: Actor, idOrName: string): Promise<Detail> {
  const row = await findPool(db, actor, idOrName);
  const use = may(actor, "estate-read", { poolId: row.id })
    ? await reservationRows(db)
        .where("reservation.pool_id", "=", row.id)
        .orderBy("starts_at")
        .orderBy("reservation.server_name")
        .limit(MAX_USE)
        .execute()
    : [];
  return poolDetailView(row, await readMembers(db, row.id), use);
}

export async function createPool(db: Db, actor: Actor, wish: PoolWish): Promise<Detail> {
  return inTx(db, async (tx) => {
    const id = randomUUID();
    const made = await tx
      .insertInto("resource_pool")
      .values({
        id,
        name: wish.name,
        notes: wish.notes ?? null,
        sort_order: wish.order,
        goal: wish.goal,
        users: wish.users,
        roles: wish.roles,
      })
      .onConflict((on) => on.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made === undefined)
      throw new AppError("conflict", `there is a pool ${wish.name} already`, {
        fields: [{ field: "name", message: "is taken" }],
      });
    await writeMembers(tx, { id, name: wish.name }, wish);
    await audit(tx, { actor, action: "pool.create", object: { kind: "pool", id, name: wish.name }, outcome: "done" });
    return getPool(tx, actor, id);
  });
}

export async function updatePool(
  db: Db,
  actor: Actor,
  given: { readonly pool: string; readonly ifMatch: number; readonly change: PoolChange },
): Promise<Detail> {
  return inTx(db, async (tx) => {
    const pool = await lockPool(tx, actor, given.pool);
    if (pool.version !== given.ifMatch)
      throw new AppError(
        "precondition_failed",
        `pool ${pool.name} was changed meanwhile: it is at version ${pool.version}`,
      );
    const { change } = given;
    await tx
      .updateTable("resource_pool")
      .set({
        version: pool.version + 1,
        notes: change.notes === undefined ? pool.notes : change.notes,
        sort_order: change.order ?? pool.sort_order,
        goal: change.goal ?? pool.goal,
        users: change.users ?? pool.users,
        roles: change.roles ?? pool.roles,
      })
      .where("id", "=", pool.id)
      .execute();
    await writeMembers(tx, pool, change);
    await audit(tx, {
      actor,
      action: "pool.update",
      object: objectOf(pool),
      outcome: "done",
      ...changeOf(shownOf(pool), shownOf(await lockPool(tx, actor, pool.id))),
      // Its members too, which are rows of their own.
      details: { ...change },
    });
    return getPool(tx, actor, pool.id);
  });
}

/** Removes a pool and what it promised in the past; `conflict` with who holds something of it now or later. */
export async function deletePool(db: Db, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const pool = await lockPool(tx, actor, idOrName);
    const use = await reservationRows(tx).where("reservation.pool_id", "=", pool.id).limit(20).execute();
    if (use.length > 0)
      throw new AppError("conflict", `pool ${pool.name} is in use`, {
        reasons: use.map((row) => `${row.on} is promised to ${row.server_name} of ${row.holder}`),
      });
    await tx.deleteFrom("reservation").where("pool_id", "=", pool.id).execute();
    await tx.deleteFrom("resource_pool").where("id", "=", pool.id).execute();
    await audit(tx, { actor, action: "pool.delete", object: objectOf(pool), outcome: "done" });
  });
}

async function findPool(db: Db | Tx, actor: Actor, idOrName: string): Promise<PoolListRow> {
  const row = await poolRows(db, actor)
    .where(`resource_pool.${refColumn(idOrName)}`, "=", idOrName)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no pool ${idOrName}`);
  return row;
}

/** The row that reservers queue at: nothing is promised while a pool changes. */
async function lockPool(tx: Tx, actor: Actor, idOrName: string): Promise<PoolListRow> {
  const { id } = await findPool(tx, actor, idOrName);
  await tx.selectFrom("resource_pool").select("id").where("id", "=", id).forUpdate().execute();
  return findPool(tx, actor, id);
}

function objectOf(pool: { readonly id: string; readonly name: string }) {
  return { kind: "pool", id: pool.id, name: pool.name };
}

function shownOf({ notes, sort_order, goal, users, roles }: Awaited<ReturnType<typeof lockPool>>) {
  return { notes, order: sort_order, goal, users, roles };
}
