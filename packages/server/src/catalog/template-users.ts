import { sql } from "kysely";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { labelOf, type TemplateRow } from "./store.ts";

const MAX_REASONS = 20;

/**
 * `conflict` when one of the versions is published or a service was made of it: a service reads its template again
 * when it is taken down. The services are those of the room above, read only to name them.
 */
export async function refuseUsed(tx: Tx, rows: readonly TemplateRow[]): Promise<void> {
  const published = rows.filter((row) => row.published).map((row) => `${labelOf(row)} is published`);
  const { rows: services } = await sql<{ label: string; name: string; state: string }>`
    select template_label as label, name, state from service
    where template_id = any(${rows.map((row) => row.id)}::uuid[])
    order by created_at desc limit ${MAX_REASONS}`.execute(tx);
  const reasons = [...published, ...services.map((s) => `service ${s.name} (${s.state}) was made of ${s.label}`)];
  if (reasons.length > 0) throw new AppError("conflict", "the template is in use", { reasons });
}
