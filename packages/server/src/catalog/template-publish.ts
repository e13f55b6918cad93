import { findImage } from "../images/actions.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { fieldName } from "./document.ts";
import { labelOf, type TemplateRow, templateOfRow } from "./store.ts";
import type { Template } from "./template.ts";
import type { FoundProblem } from "./template-rules.ts";

/** `invalid_request` with every network and image that the template names and that is not there. */
export async function refuseUnpublishable(tx: Tx, row: TemplateRow): Promise<void> {
  const problems = await missingParts(tx, templateOfRow(row));
  if (problems.length === 0) return;
  const words = [...new Set(problems.map((problem) => problem.message))].join("; ");
  throw new AppError("invalid_request", `template ${labelOf(row)} can't be published: ${words}`, {
    fields: problems.map(({ path, message }) => ({ field: fieldName(path), message })),
  });
}

/** What a template names and the house does not have: networks and images. */
export async function missingParts(db: Db | Tx, template: Template): Promise<FoundProblem[]> {
  const networks = await db
    .selectFrom("network")
    .select("name")
    .where("name", "in", [...template.networks])
    .execute();
  const known = new Set(networks.map((network) => network.name));
  const problems: FoundProblem[] = [];
  for (const [g, group] of template.groups.entries()) {
    const path = ["spec", "groups", g];
    if (!(await hasImage(db, group.image)))
      problems.push({ code: "no_image", path: [...path, "image"], message: `there is no image ${group.image}` });
    for (const [n, nic] of group.nics.entries())
      if (!known.has(nic.network))
        problems.push({
          code: "no_network",
          path: [...path, "nics", n, "network"],
          message: `there is no network ${nic.network}`,
        });
  }
  return problems;
}

async function hasImage(db: Db | Tx, ref: string): Promise<boolean> {
  try {
    await findImage(db, ref);
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.code === "not_found" || error.code === "invalid_request")) return false;
    throw error;
  }
}
