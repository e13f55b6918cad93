import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { findTemplate, labelOf, refOf, templateOfRow } from "./store.ts";
import type { Template } from "./template.ts";

export interface PublishedTemplate {
  readonly templateId: string;
  /** `two-tier@3`: what a service keeps of what it was made of. */
  readonly label: string;
  readonly template: Template;
}

/** The template that a request names, as `two-tier` for the latest published version, or as `two-tier@3`. */
export async function readPublishedTemplate(tx: Tx, ref: string): Promise<PublishedTemplate> {
  const row = await findTemplate(tx, refOf(ref), { published: true });
  if (row === null)
    throw new AppError("invalid_request", `there is no published template ${ref}`, {
      fields: [{ field: "template", message: `names no published template; "berth template list" shows them` }],
    });
  return { templateId: row.id, label: labelOf(row), template: templateOfRow(row) };
}

/** The version that a service was made of, published or not. */
export async function readTemplateById(tx: Tx, id: string): Promise<{ template: Template }> {
  const row = await tx.selectFrom("template").select("body").where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", "there is no such template any more");
  return { template: templateOfRow(row) };
}
