import type { RoleName } from "@berth/api/role.ts";
import type { AccessRule, Route } from "@berth/api/route.ts";
import { AppError } from "../errors.ts";
import type { Actor } from "./handler.ts";

/**
 * Read a row as: which roles a rule asks for, beside `administrator`, who passes all; `anybody` signed in, `everyone`
 * at all.
 */
const ROLES = {
  public: "everyone",
  "signed-in": "anybody",
  owner: "anybody",
  design: ["architect"],
  approve: ["approver"],
  "estate-read": ["operator", "architect", "auditor"],
  operate: ["operator"],
  "audit-read": ["auditor"],
  administrator: [],
} as const satisfies Record<AccessRule, "everyone" | "anybody" | readonly RoleName[]>;

export function isAccessRule(rule: unknown): rule is AccessRule {
  return typeof rule === "string" && Object.hasOwn(ROLES, rule);
}

type Asked = Pick<Route, "rule" | "scoped" | "method">;

/** The error for a caller who may not; null for one who may, as far as the route alone can tell. */
export function accessProblem(route: Asked, actor: Actor | null): AppError | null {
  const roles = ROLES[route.rule];
  if (roles === "everyone") return null;
  if (actor === null)
    return new AppError("unauthenticated", "Sign in first: the request shows no valid token or session.");
  if (roles !== "anybody" && !passes(actor, ["administrator", ...roles], route.scoped === true)) {
    return new AppError("forbidden", missing(["administrator", ...roles], route.scoped === true));
  }
  if (actor.scope === "read" && route.method !== "GET") {
    return new AppError("forbidden", "This token may only read. Use one of scope full to change something.");
  }
  return null;
}

function passes(actor: Actor, roles: readonly RoleName[], isScoped: boolean): boolean {
  return (
    actor.roles.some((role) => roles.includes(role)) ||
    actor.grants.some((grant) => (isScoped || grant.on === "everything") && roles.includes(grant.role))
  );
}

function missing([first = "administrator", ...others]: readonly RoleName[], isScoped: boolean): string {
  if (others.length === 0) return "Only an administrator may do this.";
  const words = [...others, first];
  const listed = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return `This takes the role ${listed}${isScoped ? "" : " on everything"}.`;
}
