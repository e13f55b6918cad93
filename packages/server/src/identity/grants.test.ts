import { Role, type RoleName } from "@berth/api/role.ts";
import { describe, expect, it } from "vitest";
import type { Actor, Grant } from "../kernel/http/handler.ts";
import { demand, may, type Permission, reachOf } from "./grants.ts";

const own = { ownerId: "ada", projectId: "shop", poolId: "gold" };
const foreign = { ownerId: "bob", projectId: "other", poolId: "other" };
const actor = (grants: readonly Grant[], roles: readonly RoleName[] = ["user"]): Actor => ({
  userId: "ada",
  name: "ada",
  roles,
  grants,
  scope: "full",
});
const on = (where: Grant["on"], role: RoleName, id: string | null = null) => actor([{ role, on: where, id }]);

/** Which roles may do what with the object of somebody else, by what they have it on. */
const WHO: Record<Permission, Record<Grant["on"], readonly RoleName[]>> = {
  see: {
    everything: ["administrator", "approver", "operator", "auditor"],
    project: Role.options,
    pool: ["administrator", "approver", "operator", "auditor"],
  },
  operate: {
    everything: ["administrator", "operator"],
    project: ["administrator", "operator"],
    pool: ["administrator", "operator"],
  },
  approve: {
    everything: ["administrator", "approver"],
    project: ["administrator", "approver"],
    pool: ["administrator", "approver"],
  },
  design: { everything: ["administrator", "architect"], project: ["administrator"], pool: ["administrator"] },
  request: {
    everything: ["administrator"],
    project: ["administrator", "architect", "approver", "operator", "user"],
    pool: ["administrator", "architect", "approver", "operator", "user"],
  },
  "estate-read": {
    everything: ["administrator", "architect", "operator", "auditor"],
    project: ["administrator"],
    pool: ["administrator", "architect", "operator", "auditor"],
  },
  "audit-read": { everything: ["administrator", "auditor"], project: ["administrator"], pool: ["administrator"] },
};
const cells = (Object.keys(WHO) as Permission[]).flatMap((permission) =>
  Role.options.map((role) => ({ permission, role })),
);

describe("who may do what (CAP P1)", () => {
  it.each(cells)("$permission as $role", ({ permission, role }) => {
    const theirs = { ...own, ownerId: "bob" };
    const who = WHO[permission];
    expect(may(actor([], [role]), permission, theirs)).toBe(who.everything.includes(role));
    expect(may(on("everything", role), permission, theirs)).toBe(who.everything.includes(role));
    expect(may(on("project", role, "shop"), permission, theirs)).toBe(who.project.includes(role));
    expect(may(on("pool", role, "gold"), permission, theirs)).toBe(who.pool.includes(role));
    // A role on one project or pool is none on another, and none on what belongs to neither.
    for (const elsewhere of [on("project", role, "shop"), on("pool", role, "gold")]) {
      expect(may(elsewhere, permission, foreign)).toBe(false);
      expect(may(elsewhere, permission, { ownerId: "bob", projectId: null, poolId: null })).toBe(false);
      expect(may(elsewhere, permission)).toBe(false);
    }
  });

  it("lets owners see and operate what is theirs, and nothing else", () => {
    const nobody = actor([]);
    const allowed = (Object.keys(WHO) as Permission[]).filter((permission) => may(nobody, permission, own));
    expect(allowed).toEqual(["see", "operate"]);
    expect(may({ ...nobody, userId: null }, "see", { ownerId: null })).toBe(false);
  });

  it("lets a token that may only read see, and change nothing, even an administrator's", () => {
    const reader: Actor = { ...actor([], ["administrator"]), scope: "read" };
    const allowed = (Object.keys(WHO) as Permission[]).filter((permission) => may(reader, permission, own));
    expect(allowed).toEqual(["see", "design", "request", "estate-read", "audit-read"]);
    expect(reachOf(reader, "operate")).toEqual({ everything: false, projectIds: [], poolIds: [] });
    expect(() => demand(reader, "operate", own, "stop server shop-1")).toThrow("You may not stop server shop-1.");
  });

  it("says for whom it is", () => {
    const refusal = () => demand(actor([]), "operate", foreign, "stop server shop-1");
    expect(refusal).toThrow(
      expect.objectContaining({
        code: "forbidden",
        reasons: [
          "that is for its owner, and operators of its project, of its pool or of everything, and for administrators",
        ],
      }),
    );
  });
});
