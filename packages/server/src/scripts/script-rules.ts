import { may } from "../identity/grants.ts";
import type { Actor } from "../kernel/http/handler.ts";

/** What somebody may do with a script that he sees, and why not the rest. */
export function scriptVerbs(actor: Actor, script: { readonly owner_id: string; readonly owner_name: string }) {
  const isMine = script.owner_id === actor.userId || actor.roles.includes("administrator");
  const notMine = `it belongs to ${script.owner_name}; save it under a name of yours to change it`;
  const mayRun = may(actor, "operate");
  const notRun = "running on the controller is for operators and administrators; on your own computer you may always";
  const verdicts: [verb: string, refusal: string | null][] = [
    ["save", isMine ? null : notMine],
    ["delete", isMine ? null : notMine],
    ["run", mayRun ? null : notRun],
    ["schedule", !mayRun ? notRun : isMine ? null : notMine],
    ["unschedule", !mayRun ? notRun : isMine ? null : notMine],
  ];
  return {
    allowed: verdicts.flatMap(([verb, refusal]) => (refusal === null ? [verb] : [])),
    refused: Object.fromEntries(verdicts.flatMap(([verb, refusal]) => (refusal === null ? [] : [[verb, refusal]]))),
  };
}

export function isSeen(actor: Actor, script: { readonly owner_id: string; readonly shared: boolean }): boolean {
  return script.shared || script.owner_id === actor.userId || actor.roles.includes("administrator");
}
