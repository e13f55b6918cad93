import { randomUUID } from "node:crypto";
import type { SiteDial, SiteInfo } from "@berth/api/site.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { checkVersion, nameTaken } from "./places.ts";

type Dial = z.output<typeof SiteDial>;

export function siteRows(db: Db | Tx) {
  return db
    .selectFrom("site")
    .select(["site.id", "site.version", "site.name", "site.dial", "site.created_at"])
    .select([
      sql<number>`(select count(*) from machine m where m.site_id = site.id and m.state <> 'retired')`.as("machines"),
      sql<number>`(select count(*) from host h where h.site_id = site.id and h.state <> 'retired')`.as("hosts"),
      sql<number>`(select count(*) from network n where n.site_id = site.id)`.as("networks"),
    ]);
}

type SiteRow = Awaited<ReturnType<ReturnType<typeof siteRows>["executeTakeFirstOrThrow"]>>;

export function siteView({ dial, created_at, ...row }: SiteRow): z.input<typeof SiteInfo> {
  // Written from the same schema; an empty one is that of a site made before there was a choice.
  const { kind, ...rest } = dial as Dial;
  return { ...row, dial: { kind: kind ?? "direct", ...rest } as Dial, createdAt: created_at.toISOString() };
}

export async function getSite(db: Db | Tx, idOrName: string): Promise<SiteRow> {
  const row = await siteRows(db)
    .where(`site.${refColumn(idOrName)}`, "=", idOrName)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no site ${idOrName}`);
  return row;
}

export async function createSite(tx: Tx, actor: Actor, wish: { name: string; dial: Dial }): Promise<SiteRow> {
  const id = randomUUID();
  const made = await tx
    .insertInto("site")
    .values({ id, name: wish.name, dial: JSON.stringify(wish.dial) })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (made === undefined) throw nameTaken("site", wish.name);
  await audit(tx, { actor, action: "site.create", object: { kind: "site", id, name: wish.name }, outcome: "done" });
  return getSite(tx, id);
}

export async function updateSite(
  db: Db,
  actor: Actor,
  change: { readonly site: string; readonly dial: Dial; readonly ifMatch: number },
): Promise<SiteRow> {
  return inTx(db, async (tx) => {
    const { id, name } = await getSite(tx, change.site);
    const row = await tx
      .selectFrom("site")
      .select("version")
      .where("id", "=", id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    checkVersion({ name, version: row.version }, change.ifMatch);
    await tx
      .updateTable("site")
      .set((eb) => ({ dial: JSON.stringify(change.dial), version: eb("version", "+", 1) }))
      .where("id", "=", id)
      .execute();
    const details = { kind: change.dial.kind };
    await audit(tx, { actor, action: "site.update", object: { kind: "site", id, name }, outcome: "done", details });
    return getSite(tx, id);
  });
}

export async function deleteSite(db: Db, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const { id, name, machines, hosts, networks } = await getSite(tx, idOrName);
    const { rows } = await sql<{ used: boolean }>`
      select exists (select from machine where site_id = ${id}) or exists (select from host where site_id = ${id})
        or exists (select from network where site_id = ${id}) or exists (select from enclosure where site_id = ${id})
        as used`.execute(tx);
    if (rows[0]?.used === true) {
      const reasons = [
        `${machines} machines, ${hosts} hosts and ${networks} networks are there, and perhaps retired ones`,
      ];
      throw new AppError("conflict", `site ${name} is not empty`, { reasons });
    }
    await tx.deleteFrom("site").where("id", "=", id).execute();
    await audit(tx, { actor, action: "site.delete", object: { kind: "site", id, name }, outcome: "done" });
  });
}
