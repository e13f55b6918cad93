import type { Actor } from "../kernel/http/handler.ts";

/** Whether a caller may see and act on an owner's things: his own, or anybody's as an administrator. */
export function mayAct(actor: Actor, ownerId: string): boolean {
  return actor.roles.includes("administrator") || actor.userId === ownerId;
}
