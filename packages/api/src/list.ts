import { z } from "zod";

/**
 * The query of every list endpoint. `filters` are exact matches by field (`?state=active`), `sorts` the fields that
 * may be sorted by; `sort=-name` is descending. `cursor` is opaque and comes from the page before.
 */
export function listQuery<F extends z.ZodRawShape, const S extends readonly [string, ...string[]]>(
  filters: F,
  sorts: S,
) {
  const choices = sorts.flatMap((s) => [s, `-${s}`]) as [string, ...string[]];
  return z.strictObject({
    ...filters,
    search: z.string().min(1).max(100).optional().describe("text that the name contains"),
    sort: z
      .enum(choices)
      .optional()
      .describe(`one of ${choices.join(", ")}`),
    limit: z.coerce.number().int().min(1).max(500).default(50).describe("items per page"),
    cursor: z.string().max(500).optional().describe("where the page before ended"),
  });
}

/** The answer of every list endpoint; `next` is absent on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}
