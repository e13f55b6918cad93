import { describe, expect, it } from "vitest";
import { dueOf, homeParts, type Request, type Service } from "./home-rules.ts";

const NOW = new Date("2027-01-10T12:00:00Z");
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString();
const price = { currency: "EUR", perDay: "7.00", total: "70.00", days: 10, lines: [] };
const id = "5a1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b11";
const dates = { startsAt: inDays(-3), endsAt: inDays(30), createdAt: inDays(-3) };
const service = (of: Partial<Service>): Service => ({
  ...{
    id,
    version: 1,
    name: "shop",
    state: "active",
    owner: "ada",
    project: null,
    template: "two-tier@1",
    pool: "default",
    price,
  },
  ...{ leasePolicy: "deactivate", operationId: id, extension: null, allowed: [], refused: {}, ...dates },
  ...of,
});
const request = (of: Partial<Request>): Request => ({
  ...{ id, version: 1, state: "waiting", service: "shop", serviceId: id, template: "two-tier@1", completion: "shop" },
  ...{
    email: "a@example.org",
    requester: "ada",
    project: null,
    pool: "default",
    leasePolicy: "deactivate",
    onFailure: "unwind",
  },
  ...{ price, reserved: [], reason: null, decidedBy: null, decidedAt: null, operationId: id, allowed: [], ...dates },
  ...{ kind: "service", approval: { rule: null, outcome: "ask", waitsFor: null }, refused: {} },
  ...of,
});

describe("what is due", () => {
  it("is a lease that ends within two weeks, a warning in its last one", () => {
    const due = dueOf([], [service({ endsAt: inDays(10) }), service({ endsAt: inDays(3) }), service({})], NOW);
    expect(due.map(({ tone, text }) => [tone, text])).toEqual([
      ["warning", expect.stringContaining("ends in 3 days: virtual servers are switched off")],
      ["info", expect.stringContaining("ends in 10 days")],
    ]);
  });

  it("is first of all what waits for a person", () => {
    const due = dueOf(
      [request({}), request({ state: "parked", reason: "no space" })],
      [service({ endsAt: inDays(1) })],
      NOW,
    );
    expect(due.map((one) => one.tone)).toEqual(["danger", "warning", "info"]);
    expect(due[0]?.text).toContain("no space");
  });

  it("says since when a request waits", () => {
    expect(dueOf([request({})], [], NOW)[0]?.text).toBe("It has waited for approval for 3 d.");
    expect(dueOf([request({ createdAt: NOW.toISOString() })], [], NOW)[0]?.text).toBe("It waits for approval.");
  });

  it("forgets a rejection after some days", () => {
    expect(dueOf([request({ state: "rejected", decidedAt: inDays(-1) })], [], NOW)).toHaveLength(1);
    expect(dueOf([request({ state: "rejected", decidedAt: inDays(-5) })], [], NOW)).toEqual([]);
  });

  it("is nothing while all is well", () => {
    expect(dueOf([request({ state: "active" })], [service({}), service({ state: "retired" })], NOW)).toEqual([]);
  });
});

describe("the parts of the home page", () => {
  it("are one's own things and the pools for a user", () => expect(homeParts(["user"])).toEqual(["due", "pools"]));

  it.each([
    ["approver", "approvals"],
    ["operator", "operations"],
    ["architect", "templates"],
    ["auditor", "audit"],
  ] as const)("of an %s show %s too", (role, part) => expect(homeParts([role])).toContain(part));

  it("are all for an administrator", () => expect(homeParts(["administrator"])).toHaveLength(6));
});
