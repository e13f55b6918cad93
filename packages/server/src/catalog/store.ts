import { TemplateDocument } from "@berth/api/template-document.ts";
import type { Selectable } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { TemplateTable } from "../kernel/db/tables.ts";
import { type Document, templateOf } from "./read-template.ts";
import type { Template } from "./template.ts";

export type TemplateRow = Selectable<TemplateTable>;

/** A name, or one version of it. */
export interface TemplateRef {
  readonly name: string;
  /** Null: the latest one that serves. */
  readonly number: number | null;
}

/** Reads `two-tier` or `two-tier@3`. */
export function refOf(text: string): TemplateRef {
  const [name = "", number] = text.split("@");
  return { name, number: number === undefined ? null : Number(number) };
}

export function labelOf(row: Pick<TemplateRow, "name" | "number">): string {
  return `${row.name}@${row.number}`;
}

export async function findTemplate(
  db: Db | Tx,
  ref: TemplateRef,
  only: { readonly published: boolean },
): Promise<TemplateRow | null> {
  const row = await db
    .selectFrom("template")
    .selectAll()
    .where("name", "=", ref.name)
    .$if(ref.number !== null, (q) => q.where("number", "=", ref.number ?? 0))
    .$if(only.published, (q) => q.where("published", "=", true))
    .orderBy("number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** What was saved was valid then; a row that is not any more is a bug of a migration, and says so. */
export function documentOf(row: Pick<TemplateRow, "body">): Document {
  return TemplateDocument.parse(row.body);
}

export function templateOfRow(row: Pick<TemplateRow, "body">): Template {
  return templateOf(documentOf(row));
}
