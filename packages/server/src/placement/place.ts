import { type Change, changeText } from "./change.ts";
import type { Demand, Placement, Refusal } from "./demand.ts";
import { lay } from "./lay.ts";
import { hopeless, missingFor } from "./missing.ts";
import type { Picture } from "./picture.ts";

export type PlaceResult =
  | { readonly placed: Placement[] }
  | {
      readonly refused: Refusal[];
      /** Small changes, each of which alone would make it fit, in words; or why nothing would. */
      readonly missing: string[];
      /** The same as facts; empty where the words say that nothing would help. */
      readonly changes: Change[];
    };

/** Places all demands in one pool, or says for each that does not fit why, and what would help. */
export function place(picture: Picture, demands: readonly Demand[]): PlaceResult {
  const laid = lay(picture, demands);
  if (laid.refused.length === 0) return { placed: demands.flatMap((demand) => laid.placed.get(demand.serverId) ?? []) };
  const refused = laid.refused.map(({ refusal }) => refusal);
  const reasons = hopeless(picture, demands);
  if (reasons.length > 0) return { refused, missing: reasons, changes: [] };
  const changes = missingFor(picture, demands, laid);
  return { refused, missing: changes.map((change) => changeText(picture, change)), changes };
}
