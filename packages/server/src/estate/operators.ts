import { reachOf } from "../identity/grants.ts";
import type { Actor } from "../kernel/http/handler.ts";

interface Decided {
  readonly allowed: readonly string[];
  readonly refused: Readonly<Record<string, string>>;
}

const FOR_OPERATORS = "it is for operators";

/**
 * What may be done with a machine or host, for who asks: those who operate nothing are told so of every act. Whether a
 * pool's operator may do it with this one, its action says.
 */
export function decidedFor<T extends Decided>(actor: Actor, view: T): T & Decided {
  const reach = reachOf(actor, "operate");
  if (reach.everything || reach.poolIds.length > 0) return view;
  const acts = [...view.allowed, ...Object.keys(view.refused)];
  return { ...view, allowed: [], refused: Object.fromEntries(acts.map((act) => [act, FOR_OPERATORS])) };
}
