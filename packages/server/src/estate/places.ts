import { sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";

/** The id of a site that a body names. */
export async function siteIdOf(db: Db | Tx, name: string): Promise<string> {
  const row = await db.selectFrom("site").select("id").where("name", "=", name).executeTakeFirst();
  if (row !== undefined) return row.id;
  throw wrongField("site", `there is no site ${name}`);
}

interface BayWish {
  readonly enclosure?: string | null | undefined;
  readonly bay?: number | null | undefined;
}

/** Where a machine is to stand: both enclosure and bay, or neither. */
export async function placeOf(
  db: Db | Tx,
  siteId: string,
  { enclosure, bay }: BayWish,
): Promise<{ enclosureId: string; bay: number } | null> {
  if (!enclosure && !bay) return null;
  if (!enclosure || !bay) {
    const missing = enclosure ? "bay" : "enclosure";
    throw wrongField(missing, "enclosure and bay are given together, or neither is");
  }
  const row = await db
    .selectFrom("enclosure")
    .select(["id", "bays", "site_id"])
    .where("name", "=", enclosure)
    .executeTakeFirst();
  if (row === undefined || row.site_id !== siteId)
    throw wrongField("enclosure", `there is no enclosure ${enclosure} at that site`);
  if (bay > row.bays) throw wrongField("bay", `${enclosure} has ${row.bays} bays`);
  return { enclosureId: row.id, bay };
}

/** Every network that the bridges name must be one of the site's. */
export async function checkBridges(
  db: Db | Tx,
  siteId: string,
  bridges: Readonly<Record<string, string>>,
): Promise<void> {
  const names = Object.keys(bridges);
  if (names.length === 0) return;
  const rows = await db
    .selectFrom("network")
    .select("name")
    .where("site_id", "=", siteId)
    .where("name", "in", names)
    .execute();
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) throw wrongField("bridges", `the site has no network ${unknown.join(", ")}`);
}

/**
 * Whether anybody holds it, now or later. Pools and servers stand above this room; what they have promised is read
 * from their tables, as a machine that is gone can't be given back to them.
 */
export async function promisedTo(tx: Tx, kind: "machine" | "host", id: string): Promise<string | null> {
  const column = sql.ref(kind === "machine" ? "machine_id" : "host_id");
  const { rows } = await sql<{ server_name: string }>`
    select server_name from reservation where ${column} = ${id}::uuid and released_at is null limit 1`.execute(tx);
  return rows[0]?.server_name ?? null;
}

export function wrongField(field: string, message: string): AppError {
  return new AppError("invalid_request", message, { fields: [{ field, message }] });
}

export function nameTaken(kind: string, name: string): AppError {
  return new AppError("conflict", `there is a ${kind} ${name} already`, {
    fields: [{ field: "name", message: "is taken" }],
  });
}

/** The version that the caller has seen must still be the one on record. */
export function checkVersion(row: { readonly name: string; readonly version: number }, ifMatch: number): void {
  if (row.version === ifMatch) return;
  throw new AppError("precondition_failed", `${row.name} has changed meanwhile: look again, and then decide`);
}
