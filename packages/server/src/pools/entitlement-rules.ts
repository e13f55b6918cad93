import type { Actor } from "../kernel/http/handler.ts";

/** Who may use a pool: everybody when it names nobody; administrators always. */
export function mayUse(
  pool: { readonly users: readonly string[]; readonly roles: readonly string[] },
  actor: Actor,
): boolean {
  if (actor.roles.includes("administrator")) return true;
  if (pool.users.length === 0 && pool.roles.length === 0) return true;
  return pool.users.includes(actor.name) || actor.roles.some((role) => pool.roles.includes(role));
}
