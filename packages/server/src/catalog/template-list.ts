import type { TemplateDetail, TemplateInfo } from "@berth/api/template.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { may } from "../identity/grants.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { entitledTo } from "../policies/entitlement.ts";
import { serversByKind } from "./price-actions.ts";
import { type PriceList, priceOf } from "./price-rules.ts";
import { documentOf, type TemplateRow, templateOfRow } from "./store.ts";

/** Users see what is published; who designs templates, everything. */
export function seesUnpublished(actor: Actor): boolean {
  return may(actor, "design");
}

/** Versions of templates. */
export function templateRows(db: Db | Tx, actor: Actor) {
  return db
    .selectFrom("template")
    .select(["id", "name", "number", "title", "published", "digest", "body", "created_by", "created_at"])
    .$if(!seesUnpublished(actor), (q) =>
      q.where("published", "=", true).where(entitledTo(actor, "templates", "template.name")),
    );
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

export function templateView(row: InfoRow, prices: PriceList): z.input<typeof TemplateInfo> {
  const template = templateOfRow(row);
  const { currency, perDay } = priceOf(prices, template, 1, serversByKind(template));
  return {
    name: row.name,
    version: row.number,
    title: row.title,
    published: row.published,
    servers: template.groups.reduce((sum, group) => sum + group.count, 0),
    price: { currency, perDay },
    once: template.groups.some((group) => group.nics.some((nic) => nic.mode === "static")),
    digest: row.digest,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

export function templateDetailView(row: TemplateRow, prices: PriceList): z.input<typeof TemplateDetail> {
  return { ...templateView(row, prices), document: documentOf(row) };
}
