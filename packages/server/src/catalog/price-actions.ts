import type { Tx } from "../kernel/db/db.ts";
import type { Placement } from "../placement/demand.ts";
import { type Price, priceOf } from "./price-rules.ts";
import { readPriceList } from "./price-store.ts";
import type { Template } from "./template.ts";

/** What a template costs where it was placed; without placements, `either` counts as virtual. */
export async function quote(
  tx: Tx,
  template: Template,
  days: number,
  placements: readonly Pick<Placement, "kind">[],
): Promise<Price> {
  const planned = serversByKind(template);
  const physical = placements.filter((placement) => placement.kind === "physical").length;
  const servers =
    placements.length > 0 ? { physical, virtual: planned.physical + planned.virtual - physical } : planned;
  return priceOf((await readPriceList(tx)).list, template, days, servers);
}

/** What a template asks for, as long as nobody knows where it lands: `either` counts as virtual. */
export function serversByKind(template: Template): { physical: number; virtual: number } {
  const physical = countOf(template.groups.filter((group) => group.kind === "physical"));
  return { physical, virtual: countOf(template.groups) - physical };
}

function countOf(groups: Template["groups"]): number {
  return groups.reduce((sum, group) => sum + group.count, 0);
}
