import type { RoleName } from "@berth/api/role.ts";
import type { Actor } from "../handler.ts";

/** A caller with roles on everything, for tests that do not sign in. */
export function testActor(name: string, role: RoleName = "user", more: Partial<Actor> = {}): Actor {
  return { userId: name, name, roles: [role], grants: [], scope: "full", ...more };
}
