import { describe, expect, it } from "vitest";
import { type ApprovalFacts, type ApprovalRule, judge } from "./rules.ts";

const rule = (given: Partial<ApprovalRule>): ApprovalRule => ({
  id: "1",
  name: "small",
  outcome: "approve",
  kinds: [],
  templates: [],
  projects: [],
  groups: [],
  maxPricePerDay: null,
  maxTotal: null,
  maxDays: null,
  maxServers: null,
  ...given,
});

const FACTS: ApprovalFacts = {
  kind: "service",
  template: "two-tier",
  project: "shop",
  groups: ["developers"],
  pricePerDay: "9.90",
  total: "99.00",
  days: 10,
  servers: 3,
};

it("asks people when there is no rule, and says so", () => {
  expect(judge([], FACTS)).toEqual({
    rule: null,
    outcome: "ask",
    reasons: [{ candidate: "no rule", fits: true, why: "none fits: people are asked" }],
  });
});

it("lets the first rule that fits decide, and keeps why the ones before did not", () => {
  const rules = [
    rule({ name: "tiny", maxServers: 1 }),
    rule({ name: "outside", outcome: "webhook" }),
    rule({ name: "never" }),
  ];
  const { outcome, reasons } = judge(rules, FACTS);
  expect(outcome).toBe("webhook");
  expect(reasons).toEqual([
    { candidate: "tiny", fits: false, why: "is up to 1 servers, this has 3" },
    { candidate: "outside", fits: true, why: "fits: an outside tool is asked" },
  ]);
});

describe("a rule", () => {
  it.each<[string, Partial<ApprovalRule>, boolean]>([
    ["fits its very price", { maxPricePerDay: "9.9" }, true],
    ["does not fit a price above it by a ten-thousandth", { maxPricePerDay: "9.8999" }, false],
    ["compares amounts, and not texts", { maxTotal: "100" }, true],
    ["looks at the total", { maxTotal: "98.99" }, false],
    ["fits its very days", { maxDays: 10 }, true],
    ["looks at the days", { maxDays: 9 }, false],
    ["looks at the template", { templates: ["web"] }, false],
    ["fits one of its templates", { templates: ["web", "two-tier"] }, true],
    ["looks at the project", { projects: ["lab"] }, false],
    ["looks at the requester's groups", { groups: ["interns"] }, false],
    ["fits one of its groups", { groups: ["interns", "developers"] }, true],
    ["looks at the kind", { kinds: ["extension"] }, false],
  ])("%s", (_, given, fits) => {
    expect(judge([rule(given)], FACTS).rule !== null).toBe(fits);
  });

  it("for a project fits no request without one", () => {
    expect(judge([rule({ projects: ["shop"] })], { ...FACTS, project: null }).rule).toBeNull();
  });
});
