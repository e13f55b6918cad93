import type { AccessRule } from "@berth/api/route.ts";
import { AppError } from "../errors.ts";
import type { Actor } from "./handler.ts";

const RULES = { public: true, "signed-in": true, owner: true, administrator: true } satisfies Record<AccessRule, true>;

export function isAccessRule(rule: unknown): rule is AccessRule {
  return typeof rule === "string" && Object.hasOwn(RULES, rule);
}

/** The error for a caller who may not; null for one who may, as far as the route alone can tell. */
export function accessProblem(rule: AccessRule, actor: Actor | null): AppError | null {
  switch (rule) {
    case "public":
      return null;
    case "signed-in":
    case "owner":
      return actor === null ? unauthenticated() : null;
    case "administrator":
      if (actor === null) return unauthenticated();
      return actor.roles.includes("administrator")
        ? null
        : new AppError("forbidden", "Only an administrator may do this.");
    default:
      throw new Error(`there is no access rule ${String(rule satisfies never)}`);
  }
}

function unauthenticated(): AppError {
  return new AppError("unauthenticated", "Sign in first: the request shows no valid token or session.");
}
