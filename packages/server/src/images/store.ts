import type { Selectable } from "kysely";
import { sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { ImageTable } from "../kernel/db/tables.ts";

export type ImageRow = Selectable<ImageTable>;
export type NewImage = Omit<ImageRow, "version" | "created_at">;

/** The given version of an image, or its newest. */
export async function imageByName(tx: Db | Tx, name: string, version: number | null): Promise<ImageRow | null> {
  const row = await tx
    .selectFrom("image")
    .selectAll()
    .where("name", "=", name)
    .$if(version !== null, (q) => q.where("version", "=", version ?? 0))
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

export async function imageById(tx: Db | Tx, id: string): Promise<ImageRow | null> {
  return (await tx.selectFrom("image").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;
}

/**
 * Adds an image as the next version of its name. The same bytes again are no new version: the one that is there is
 * given back.
 */
export async function addImage(tx: Tx, image: NewImage): Promise<ImageRow> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`image:${image.name}`}, 0))`.execute(tx);
  const newest = await imageByName(tx, image.name, null);
  if (newest !== null && newest.raw_sha256 === image.raw_sha256) return newest;
  return tx
    .insertInto("image")
    .values({ ...image, version: (newest?.version ?? 0) + 1 })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function removeImage(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("image").where("id", "=", id).execute();
}

interface Replica {
  readonly hostId: string;
  readonly pool: string;
  readonly sha256: string;
}

export async function hasReplica(tx: Db | Tx, { hostId, pool, sha256 }: Replica): Promise<boolean> {
  const row = await tx
    .selectFrom("image_replica")
    .select("host_id")
    .where("host_id", "=", hostId)
    .where("pool", "=", pool)
    .where("raw_sha256", "=", sha256)
    .executeTakeFirst();
  return row !== undefined;
}

export async function noteReplica(tx: Tx, { hostId, pool, sha256 }: Replica): Promise<void> {
  await tx
    .insertInto("image_replica")
    .values({ host_id: hostId, pool, raw_sha256: sha256 })
    .onConflict((conflict) =>
      conflict.columns(["host_id", "pool", "raw_sha256"]).doUpdateSet({ written_at: new Date() }),
    )
    .execute();
}

export async function forgetReplica(tx: Db | Tx, { hostId, pool, sha256 }: Replica): Promise<void> {
  await tx
    .deleteFrom("image_replica")
    .where("host_id", "=", hostId)
    .where("pool", "=", pool)
    .where("raw_sha256", "=", sha256)
    .execute();
}
