import { SELF_SERVICE_VERBS, type SelfServiceVerb } from "@berth/api/self-service-policy.ts";
import { moneyText } from "../kernel/money.ts";

/** Null: no limit. Money in ten-thousandths, for a month of 30 days. */
export interface Limits {
  readonly servers: number | null;
  readonly cores: number | null;
  readonly memoryGiB: number | null;
  readonly storageGiB: number | null;
  readonly moneyPerMonth: number | null;
}

/** What somebody holds, or asks for. */
export type Holding = { readonly [K in keyof Limits]: NonNullable<Limits[K]> };

export interface PolicyFacts {
  readonly name: string;
  /** Names; none means all. */
  readonly templates: readonly string[];
  readonly pools: readonly string[];
  readonly actions: readonly string[];
  readonly limits: Limits;
}

/** What somebody may by all his policies together; null: no restriction. */
export interface Entitlement {
  readonly policies: readonly string[];
  readonly templates: readonly string[] | null;
  readonly pools: readonly string[] | null;
  readonly actions: readonly SelfServiceVerb[];
  readonly limits: Limits;
}

export const NO_LIMITS: Limits = {
  servers: null,
  cores: null,
  memoryGiB: null,
  storageGiB: null,
  moneyPerMonth: null,
};

export const UNRESTRICTED: Entitlement = {
  policies: [],
  templates: null,
  pools: null,
  actions: SELF_SERVICE_VERBS,
  limits: NO_LIMITS,
};

/** What one policy allows is allowed, and of limits the largest counts. Without any, nothing is restricted. */
export function combine(policies: readonly PolicyFacts[]): Entitlement {
  if (policies.length === 0) return UNRESTRICTED;
  return {
    policies: policies.map((policy) => policy.name),
    templates: union(policies.map((policy) => policy.templates)),
    pools: union(policies.map((policy) => policy.pools)),
    actions: SELF_SERVICE_VERBS.filter((verb) => policies.some((policy) => policy.actions.includes(verb))),
    limits: {
      servers: largest(policies.map((policy) => policy.limits.servers)),
      cores: largest(policies.map((policy) => policy.limits.cores)),
      memoryGiB: largest(policies.map((policy) => policy.limits.memoryGiB)),
      storageGiB: largest(policies.map((policy) => policy.limits.storageGiB)),
      moneyPerMonth: largest(policies.map((policy) => policy.limits.moneyPerMonth)),
    },
  };
}

function union(lists: readonly (readonly string[])[]): string[] | null {
  if (lists.some((list) => list.length === 0)) return null;
  return [...new Set(lists.flat())].sort();
}

function largest(limits: readonly (number | null)[]): number | null {
  return limits.reduce((most, limit) => (most === null || limit === null ? null : Math.max(most, limit)));
}

/** Why an owner may not do this with what is his; null when he may. */
export function actionRefusal({ policies, actions }: Entitlement, verb: SelfServiceVerb): string | null {
  if (actions.includes(verb)) return null;
  const which = policies.length === 1 ? "policy" : "policies";
  const includes = policies.length === 1 ? "does" : "do";
  return `your self-service ${which} (${policies.join(", ")}) ${includes} not include ${verb}; an operator can do it`;
}

export interface LimitRow {
  readonly what: keyof Limits;
  readonly held: string;
  readonly limit: string | null;
}

const WORDS: Record<keyof Limits, string> = {
  servers: "servers",
  cores: "cores",
  memoryGiB: "GiB of memory",
  storageGiB: "GiB of disk space",
  moneyPerMonth: "of money a month",
};

const KEYS = Object.keys(NO_LIMITS) as (keyof Limits)[];

/** Each limit that holding and wish together pass: what is held, what was asked, and what there may be. */
export function overLimits(limits: Limits, held: Holding, asked: Holding): string[] {
  return KEYS.flatMap((key) => {
    const limit = limits[key];
    if (limit === null || held[key] + asked[key] <= limit) return [];
    const text = (amount: number) => `${textOf(key, amount)} ${WORDS[key]}`;
    return [
      `at most ${text(limit)}: ${textOf(key, held[key])} held then, and ${textOf(key, asked[key])} more asked for`,
    ];
  });
}

export function limitRows(limits: Limits, held: Holding): LimitRow[] {
  return KEYS.map((what) => {
    const limit = limits[what];
    return { what, held: textOf(what, held[what]), limit: limit === null ? null : textOf(what, limit) };
  });
}

function textOf(key: keyof Limits, amount: number): string {
  return key === "moneyPerMonth" ? moneyText(BigInt(amount)) : String(Math.round(amount * 10) / 10);
}
