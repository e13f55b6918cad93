import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { may } from "./grants.ts";

/** Names of projects by id, for whatever list shows them; a null among the ids is no project. */
export async function projectNames(
  db: Db | Tx,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string | null, string>> {
  const known = [...new Set(ids)].filter((id) => id !== null);
  if (known.length === 0) return new Map();
  const rows = await db.selectFrom("project").select(["id", "name"]).where("id", "in", known).execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

/**
 * The project in which something is asked for. One in which the caller may not ask is refused in the words for one that
 * is not there, so that nobody learns the names of other people's projects.
 */
export async function projectToAskIn(tx: Tx, actor: Actor, nameOrId: string | undefined): Promise<string | null> {
  if (nameOrId === undefined) return null;
  const project = await tx
    .selectFrom("project")
    .select("id")
    .where(refColumn(nameOrId), "=", nameOrId)
    // Until the transaction ends it can't be removed.
    .forShare()
    .executeTakeFirst();
  if (project !== undefined && may(actor, "request", { projectId: project.id })) return project.id;
  const message = `${nameOrId} is not a project that you may ask in`;
  throw new AppError("invalid_request", message, { fields: [{ field: "project", message }] });
}
