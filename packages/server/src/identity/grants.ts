import type { RoleName } from "@berth/api/role.ts";
import { type RawBuilder, sql } from "kysely";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";

interface Rule {
  /** Whoever owns the object may. */
  readonly owner: boolean;
  /** A token that may only read suffices. */
  readonly reads: boolean;
  readonly everything: readonly RoleName[];
  readonly project: readonly RoleName[];
  readonly pool: readonly RoleName[];
  /** The same in words; administrators always. */
  readonly who: string;
}

const MEMBERS = ["architect", "approver", "operator", "user"] as const;

// Read a row as: who may do it, by the roles that he has on everything, on the object's project, or on its pool. An
// administrator on one of the three may, in any row.
const RULES = {
  see: {
    owner: true,
    reads: true,
    everything: ["approver", "operator", "auditor"],
    project: [...MEMBERS, "auditor"],
    pool: ["approver", "operator", "auditor"],
    who: "its owner, members of its project, and approvers, operators and auditors of its pool or of everything",
  },
  operate: {
    owner: true,
    reads: false,
    everything: ["operator"],
    project: ["operator"],
    pool: ["operator"],
    who: "its owner, and operators of its project, of its pool or of everything",
  },
  approve: {
    owner: false,
    reads: false,
    everything: ["approver"],
    project: ["approver"],
    pool: ["approver"],
    who: "approvers of its project, of its pool or of everything",
  },
  design: { owner: false, reads: true, everything: ["architect"], project: [], pool: [], who: "architects" },
  // Asking for something in a project, or from a pool that not everybody may use.
  request: {
    owner: false,
    reads: true,
    everything: [],
    project: MEMBERS,
    pool: MEMBERS,
    who: "those who have a role on it, but for auditors",
  },
  "estate-read": {
    owner: false,
    reads: true,
    everything: ["operator", "architect", "auditor"],
    project: [],
    pool: ["operator", "architect", "auditor"],
    who: "operators, architects and auditors of its pool or of everything",
  },
  "audit-read": { owner: false, reads: true, everything: ["auditor"], project: [], pool: [], who: "auditors" },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof RULES;

/** What the answer depends on; what is left out, the object does not have. */
export interface Scope {
  readonly ownerId?: string | null;
  readonly projectId?: string | null;
  readonly poolId?: string | null;
}

/** Whether somebody may do something with an object: the one place where roles become rights. */
export function may(actor: Actor, permission: Permission, object: Scope = {}): boolean {
  const rule: Rule = RULES[permission];
  if (actor.scope === "read" && !rule.reads) return false;
  if (rule.owner && actor.userId !== null && object.ownerId === actor.userId) return true;
  const reach = reachOf(actor, permission);
  return (
    reach.everything ||
    (object.projectId != null && reach.projectIds.includes(object.projectId)) ||
    (object.poolId != null && reach.poolIds.includes(object.poolId))
  );
}

/** How far the roles of somebody reach, without what he owns. */
export function reachOf(actor: Actor, permission: Permission) {
  const rule: Rule = RULES[permission];
  if (actor.scope === "read" && !rule.reads) return { everything: false, projectIds: [], poolIds: [] };
  const holds = (on: "everything" | "project" | "pool") =>
    actor.grants.filter((grant) => grant.on === on && allows(rule[on], grant.role));
  const ids = (on: "project" | "pool") => [...new Set(holds(on).flatMap((grant) => grant.id ?? []))];
  return {
    everything: actor.roles.some((role) => allows(rule.everything, role)) || holds("everything").length > 0,
    projectIds: ids("project"),
    poolIds: ids("pool"),
  };
}

function allows(roles: readonly RoleName[], role: RoleName): boolean {
  return role === "administrator" || roles.includes(role);
}

/** The columns of a table that `may` looks at; a table without one has null. */
export interface ScopeColumns {
  readonly owner: string | null;
  readonly project: string | null;
  readonly pool: string | null;
}

/** `may` as a condition over rows, so that lists page by it. */
export function mayWhere(actor: Actor, permission: Permission, columns: ScopeColumns): RawBuilder<boolean> {
  const rule: Rule = RULES[permission];
  const reach = reachOf(actor, permission);
  if (reach.everything) return sql<boolean>`true`;
  const ways: RawBuilder<boolean>[] = [];
  const isOut = actor.scope === "read" && !rule.reads;
  if (rule.owner && !isOut && columns.owner !== null && actor.userId !== null) {
    ways.push(sql<boolean>`${sql.ref(columns.owner)} = ${actor.userId}`);
  }
  if (columns.project !== null && reach.projectIds.length > 0) {
    ways.push(sql<boolean>`${sql.ref(columns.project)} = any(${reach.projectIds}::uuid[])`);
  }
  if (columns.pool !== null && reach.poolIds.length > 0) {
    ways.push(sql<boolean>`${sql.ref(columns.pool)} = any(${reach.poolIds}::uuid[])`);
  }
  return ways.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(ways, sql` or `)})`;
}

/** @throws AppError `forbidden` with the reason. `deed` completes "You may not …". */
export function demand(actor: Actor, permission: Permission, object: Scope, deed: string): void {
  if (may(actor, permission, object)) return;
  const { reads, who }: Rule = RULES[permission];
  const isReader = actor.scope === "read" && !reads;
  const reason = isReader
    ? "this token may only read; use one of scope full"
    : `that is for ${who}, and for administrators`;
  throw new AppError("forbidden", `You may not ${deed}.`, { reasons: [reason] });
}
