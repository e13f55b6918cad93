import type { GrantInfo } from "@berth/api/grant.ts";
import type { z } from "zod";

export type Grant = z.output<typeof GrantInfo>;

/** `approver of ada on project shop`. */
export function grantWords({
  role,
  user,
  group,
  project,
  pool,
}: Pick<Grant, "role" | "user" | "group" | "project" | "pool">): string {
  return `${role} of ${user ?? `group ${group}`} on ${onWords({ project, pool })}`;
}

export function onWords({ project, pool }: Pick<Grant, "project" | "pool">): string {
  if (project !== null) return `project ${project}`;
  return pool === null ? "everything" : `pool ${pool}`;
}
