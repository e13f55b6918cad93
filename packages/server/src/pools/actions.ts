import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { mayUse } from "./store.ts";

/**
 * The ids of pools in the order of their names. `invalid_request` for one that does not exist or that the caller may
 * not use; both with the same words, so that nobody learns the names of other people's pools.
 */
export async function poolIdsByName(tx: Tx, names: readonly string[], actor: Actor): Promise<string[]> {
  const rows = await tx
    .selectFrom("resource_pool")
    .select(["id", "name"])
    .where("name", "in", [...names])
    .where(mayUse(actor))
    .execute();
  const usable = new Map(rows.map((row) => [row.name, row.id]));
  const problems = names.flatMap((name, i) =>
    usable.has(name) ? [] : [{ field: `pools[${i}]`, message: `${name} is not a pool that you may use` }],
  );
  if (problems.length > 0)
    throw new AppError("invalid_request", problems.map((problem) => problem.message).join("; "), { fields: problems });
  return [...new Set(names)].flatMap((name) => usable.get(name) ?? []);
}
