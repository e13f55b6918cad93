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
  const physical =
    placements.length > 0
      ? placements.filter((placement) => placement.kind === "physical").length
      : countOf(template.groups.filter((group) => group.kind === "physical"));
  const virtual = countOf(template.groups) - physical;
  return priceOf((await readPriceList(tx)).list, template, days, { physical, virtual });
}

function countOf(groups: Template["groups"]): number {
  return groups.reduce((sum, group) => sum + group.count, 0);
}
