import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";

/** The ids of networks by their names; `invalid_request` that says which are unknown. */
export async function networkIdsByName(tx: Tx, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await tx.selectFrom("network").select(["id", "name"]).where("name", "in", names).execute();
  const ids = new Map(rows.map((row) => [row.name, row.id]));
  const unknown = [...new Set(names)].filter((name) => !ids.has(name));
  if (unknown.length === 0) return ids;
  throw new AppError("invalid_request", `there is no network ${unknown.join(", ")}`, {
    fields: unknown.map((name) => ({ field: "networks", message: `${name} is not the name of a network` })),
  });
}
