import type { TemplateDetail, TemplateInfo } from "@berth/api/template.ts";
import { sql } from "kysely";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { documentOf, type TemplateRow } from "./store.ts";

/** Users see what is published, administrators everything. */
export function seesUnpublished(actor: Actor): boolean {
  return actor.roles.includes("administrator");
}

/** Versions of templates without their documents. */
export function templateRows(db: Db | Tx, actor: Actor) {
  return db
    .selectFrom("template")
    .select(["id", "name", "number", "title", "published", "digest", "created_by", "created_at"])
    .select(
      sql<number>`(
        select coalesce(sum(coalesce((g->>'count')::int, 1)), 0) from jsonb_array_elements(body->'spec'->'groups') g)`.as(
        "servers",
      ),
    )
    .$if(!seesUnpublished(actor), (q) => q.where("published", "=", true));
}

/** The latest version of each name; for users, the latest published one. */
export function latestRows(db: Db | Tx, actor: Actor, filter: { readonly published?: boolean | undefined }) {
  const onlyPublished = filter.published === true || !seesUnpublished(actor);
  return templateRows(db, actor)
    .where(
      "number",
      "=",
      sql<number>`(
        select max(other.number) from template other
        where other.name = template.name and (other.published or ${!onlyPublished}))`,
    )
    .$if(filter.published !== undefined, (q) => q.where("published", "=", filter.published ?? false));
}

type InfoRow = Awaited<ReturnType<ReturnType<typeof templateRows>["executeTakeFirstOrThrow"]>>;

export function templateView(row: InfoRow): z.input<typeof TemplateInfo> {
  return {
    name: row.name,
    version: row.number,
    title: row.title,
    published: row.published,
    servers: row.servers,
    digest: row.digest,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

export function templateDetailView(row: TemplateRow): z.input<typeof TemplateDetail> {
  const document = documentOf(row);
  const servers = document.spec.groups.reduce((sum, group) => sum + group.count, 0);
  return { ...templateView({ ...row, servers }), document };
}
