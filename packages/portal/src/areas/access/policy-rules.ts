import type { ApprovalRuleInfo } from "@berth/api/approval-rule.ts";
import type { SelfServicePolicyInfo } from "@berth/api/self-service-policy.ts";
import type { z } from "zod";

type Policy = z.output<typeof SelfServicePolicyInfo>;
type Rule = z.output<typeof ApprovalRuleInfo>;

/** Whom a self-service policy holds for. */
export function whoWords({
  everybody,
  users,
  groups,
  projects,
}: Pick<Policy, "everybody" | "users" | "groups" | "projects">): string {
  const named = [...users, ...groups.map((name) => `group ${name}`), ...projects.map((name) => `project ${name}`)];
  return (everybody ? ["everybody", ...named] : named).join(", ") || "nobody";
}

type Limits = Pick<Policy, "maxServers" | "maxCores" | "maxMemoryGiB" | "maxStorageGiB" | "maxMoneyPerMonth">;

/** The limits that there are, in words; null for none. */
export function limitWords({
  maxServers,
  maxCores,
  maxMemoryGiB,
  maxStorageGiB,
  maxMoneyPerMonth,
}: Limits): string | null {
  const limits = [
    [maxServers, "servers"],
    [maxCores, "cores"],
    [maxMemoryGiB, "GiB of memory"],
    [maxStorageGiB, "GiB of disk"],
    [maxMoneyPerMonth, "a month"],
  ] as const;
  const words = limits.flatMap(([limit, unit]) => (limit === null ? [] : [`${limit} ${unit}`]));
  return words.length === 0 ? null : words.join(", ");
}

type Match = Pick<
  Rule,
  "kinds" | "templates" | "projects" | "groups" | "maxPricePerDay" | "maxTotal" | "maxDays" | "maxServers"
>;

/** What a request must be like for an approval rule to decide. */
export function matchWords(rule: Match): string {
  const parts = [
    rule.kinds.length > 0 &&
      rule.kinds.map((kind) => (kind === "service" ? "a new service" : "a longer lease")).join(" or "),
    rule.templates.length > 0 && `of ${rule.templates.join(", ")}`,
    rule.projects.length > 0 && `for ${rule.projects.join(", ")}`,
    rule.groups.length > 0 && `by ${rule.groups.join(", ")}`,
    rule.maxPricePerDay !== null && `up to ${rule.maxPricePerDay} a day`,
    rule.maxTotal !== null && `up to ${rule.maxTotal} in all`,
    rule.maxDays !== null && `up to ${rule.maxDays} days`,
    rule.maxServers !== null && `up to ${rule.maxServers} servers`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? "every request" : parts.join(", ");
}
