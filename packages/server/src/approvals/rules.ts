import { moneyUnits } from "../kernel/money.ts";

/** What rules look at. */
export interface ApprovalFacts {
  readonly kind: "service" | "extension";
  /** Its name, without the version. */
  readonly template: string;
  readonly project: string | null;
  /** Of the requester. */
  readonly groups: readonly string[];
  readonly pricePerDay: string;
  readonly total: string;
  readonly days: number;
  readonly servers: number;
}

export type Outcome = "approve" | "ask" | "webhook";

/** An empty list or a null does not matter. */
export interface ApprovalRule {
  readonly id: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly kinds: readonly string[];
  readonly templates: readonly string[];
  readonly projects: readonly string[];
  readonly groups: readonly string[];
  readonly maxPricePerDay: string | null;
  readonly maxTotal: string | null;
  readonly maxDays: number | null;
  readonly maxServers: number | null;
}

export interface Judgement {
  /** Null: no rule fits, so people are asked. */
  readonly rule: ApprovalRule | null;
  readonly outcome: Outcome;
  /** Each rule that was looked at, for `berth why`. */
  readonly reasons: readonly { readonly candidate: string; readonly fits: boolean; readonly why: string }[];
}

/** The first rule that fits decides. */
export function judge(rules: readonly ApprovalRule[], facts: ApprovalFacts): Judgement {
  const reasons = [];
  for (const rule of rules) {
    const why = mismatch(rule, facts);
    if (why === null) {
      reasons.push({ candidate: rule.name, fits: true, why: WHAT_FOLLOWS[rule.outcome] });
      return { rule, outcome: rule.outcome, reasons };
    }
    reasons.push({ candidate: rule.name, fits: false, why });
  }
  return { rule: null, outcome: "ask", reasons: [...reasons, NO_RULE] };
}

const WHAT_FOLLOWS: Record<Outcome, string> = {
  approve: "fits: approved by itself",
  ask: "fits: people are asked",
  webhook: "fits: an outside tool is asked",
};
const NO_RULE = { candidate: "no rule", fits: true, why: "none fits: people are asked" };

/** The first need of a rule that a request does not meet; null when it meets all. */
function mismatch(rule: ApprovalRule, facts: ApprovalFacts): string | null {
  if (isOut(rule.kinds, facts.kind)) return `is for ${rule.kinds.join(", ")} only, this is ${facts.kind}`;
  if (isOut(rule.templates, facts.template))
    return `is for ${rule.templates.join(", ")} only, this is ${facts.template}`;
  if (isOut(rule.projects, facts.project))
    return `is for ${rule.projects.join(", ")} only, this is for ${facts.project ?? "no project"}`;
  if (rule.groups.length > 0 && !facts.groups.some((group) => rule.groups.includes(group)))
    return `is for members of ${rule.groups.join(", ")} only`;
  if (isMore(facts.pricePerDay, rule.maxPricePerDay))
    return `is up to ${rule.maxPricePerDay} a day, this costs ${facts.pricePerDay}`;
  if (isMore(facts.total, rule.maxTotal)) return `is up to ${rule.maxTotal} in all, this costs ${facts.total}`;
  if (rule.maxDays !== null && facts.days > rule.maxDays)
    return `is up to ${rule.maxDays} days, this takes ${facts.days}`;
  if (rule.maxServers !== null && facts.servers > rule.maxServers)
    return `is up to ${rule.maxServers} servers, this has ${facts.servers}`;
  return null;
}

function isOut(only: readonly string[], value: string | null): boolean {
  return only.length > 0 && (value === null || !only.includes(value));
}

function isMore(amount: string, most: string | null): boolean {
  return most !== null && moneyUnits(amount) > moneyUnits(most);
}
