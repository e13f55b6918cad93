import type { FieldProblem } from "@berth/api/errors.ts";
import { findImage } from "../images/actions.ts";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { labelOf, type TemplateRow, templateOfRow } from "./store.ts";

/** `invalid_request` with every network and image that the template names and that is not there. */
export async function refuseUnpublishable(tx: Tx, row: TemplateRow): Promise<void> {
  const template = templateOfRow(row);
  const networks = await tx
    .selectFrom("network")
    .select("name")
    .where("name", "in", [...template.networks])
    .execute();
  const known = new Set(networks.map((network) => network.name));
  const problems: FieldProblem[] = [];
  for (const [g, group] of template.groups.entries()) {
    if (!(await hasImage(tx, group.image)))
      problems.push({ field: `spec.groups[${g}].image`, message: `there is no image ${group.image}` });
    for (const [n, nic] of group.nics.entries())
      if (!known.has(nic.network))
        problems.push({ field: `spec.groups[${g}].nics[${n}].network`, message: `there is no network ${nic.network}` });
  }
  if (problems.length === 0) return;
  const words = [...new Set(problems.map((problem) => problem.message))].join("; ");
  throw new AppError("invalid_request", `template ${labelOf(row)} can't be published: ${words}`, { fields: problems });
}

async function hasImage(tx: Tx, ref: string): Promise<boolean> {
  try {
    await findImage(tx, ref);
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.code === "not_found" || error.code === "invalid_request")) return false;
    throw error;
  }
}
