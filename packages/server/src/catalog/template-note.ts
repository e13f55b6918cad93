import { audit } from "../audit/audit.ts";
import type { Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { labelOf, type TemplateRow } from "./store.ts";

/** Writes down what was done to a version, for the audit, and as an event for those who have it open. */
export async function noteTemplate(
  tx: Tx,
  actor: Actor,
  deed: "apply" | "publish" | "unpublish" | "delete",
  row: Pick<TemplateRow, "id" | "name" | "number" | "digest">,
): Promise<void> {
  const object = { kind: "template", id: row.id, name: labelOf(row) };
  const details = deed === "apply" ? { details: { digest: row.digest } } : {};
  await audit(tx, { actor, action: `template.${deed}`, object, outcome: "done", ...details });
  await tx
    .insertInto("event")
    .values({
      subject_kind: "template",
      subject_id: row.id,
      kind: `template.${deed}`,
      user_id: actor.userId,
      data: JSON.stringify({ name: row.name, version: row.number }),
    })
    .execute();
}
