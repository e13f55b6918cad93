import { describe, expect, it } from "vitest";
import { limitWords, matchWords, whoWords } from "./policy-rules.ts";

const nobody = { everybody: false, users: [], groups: [], projects: [] };
const unlimited = { maxServers: null, maxCores: null, maxMemoryGiB: null, maxStorageGiB: null, maxMoneyPerMonth: null };
const every = {
  kinds: [],
  templates: [],
  projects: [],
  groups: [],
  maxPricePerDay: null,
  maxTotal: null,
  maxDays: null,
  maxServers: null,
};

describe("a self-service policy in words", () => {
  it("says whom it holds for", () => {
    expect(whoWords(nobody)).toBe("nobody");
    expect(whoWords({ ...nobody, everybody: true })).toBe("everybody");
    expect(whoWords({ ...nobody, users: ["ada"], groups: ["dev"], projects: ["shop"] })).toBe(
      "ada, group dev, project shop",
    );
  });
  it("says how much", () => {
    expect(limitWords(unlimited)).toBeNull();
    expect(limitWords({ ...unlimited, maxServers: 0, maxMoneyPerMonth: "99.50" })).toBe("0 servers, 99.50 a month");
  });
});

it("an approval rule says what it decides", () => {
  expect(matchWords(every)).toBe("every request");
  expect(matchWords({ ...every, kinds: ["extension"], maxDays: 14, groups: ["dev"] })).toBe(
    "a longer lease, by dev, up to 14 days",
  );
});
