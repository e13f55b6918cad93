import { describe, expect, it } from "vitest";
import { countOfServers, holdings, type Request, storyOf } from "./story-rules.ts";

const NOW = new Date("2027-01-10T12:00:00Z");
const request: Request = {
  id: "5a1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b11",
  version: 1,
  kind: "service",
  state: "waiting",
  service: "shop",
  serviceId: "7c1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b12",
  template: "two-tier@1",
  completion: "shop",
  email: "ops@example.org",
  requester: "ada",
  project: null,
  pool: "default",
  startsAt: "2027-01-10T10:00:00Z",
  endsAt: "2027-01-20T10:00:00Z",
  leasePolicy: "deactivate",
  onFailure: "unwind",
  price: { currency: "EUR", perDay: "7.00", total: "70.00", days: 10, lines: [] },
  reserved: [],
  reason: null,
  decidedBy: null,
  decidedAt: null,
  operationId: "5a1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b11",
  approval: { rule: null, outcome: "ask", waitsFor: "an approver" },
  allowed: ["approve", "reject", "withdraw"],
  refused: {},
  createdAt: "2027-01-10T10:00:00Z",
};
const decided = { decidedBy: "bob", decidedAt: "2027-01-10T11:00:00Z" };
const told = (of: Partial<Request>) => storyOf({ ...request, ...of }, NOW).map(({ id, tone }) => `${id} ${tone}`);

describe("the story of a request", () => {
  it("stands at the approval while that is waited for, with what comes after it ahead", () => {
    expect(told({}).slice(3)).toEqual(["decided now", "deployed next", "result next"]);
  });

  it("ends with a rejection", () => {
    expect(told({ state: "rejected", ...decided }).at(-1)).toBe("decided failed");
  });

  it("waits for a start date that lies ahead", () => {
    const startsAt = "2027-01-12T00:00:00Z";
    expect(told({ state: "approved", startsAt, ...decided })).toContain("start now");
    expect(told({ state: "waiting", startsAt })).toContain("start next");
    expect(told({ state: "active", startsAt: "2027-01-10T11:30:00Z", ...decided })).toContain("start done");
  });

  it("says where it stopped", () => {
    expect(told({ state: "parked", ...decided }).slice(3)).toEqual(["decided done", "deployed failed", "result next"]);
    expect(told({ state: "failed", ...decided }).slice(3)).toEqual([
      "decided done",
      "deployed failed",
      "result failed",
    ]);
    expect(told({ state: "failed" })).toContain("decided failed");
  });

  it("of a longer lease has nothing to deploy", () => {
    expect(told({ kind: "extension", state: "active", ...decided }).slice(3)).toEqual(["decided done", "result done"]);
  });

  it("has nothing ahead once it runs", () => {
    expect(told({ state: "active", ...decided }).every((chapter) => chapter.endsWith(" done"))).toBe(true);
  });
});

describe("what a request holds", () => {
  const server = { id: "a", name: "n", group: "g", hostname: "h", on: "x", addresses: [], cores: 2, memoryMiB: 1024 };
  const disks = [{ name: "system", sizeGiB: 6 }];

  it("counts machines whole, and of hosts only what virtual servers take", () => {
    const reserved: Request["reserved"] = [
      { ...server, kind: "physical", disks },
      { ...server, kind: "virtual", disks },
      { ...server, kind: "virtual", disks },
    ];
    expect(holdings(reserved)).toEqual({ physical: 1, virtual: 2, cores: 4, memoryMiB: 2048, storageGiB: 12 });
  });

  it.each([
    [1, 2, "1 physical and 2 virtual servers"],
    [0, 1, "1 virtual server"],
    [0, 0, "no servers"],
  ])("%d and %d are %s", (physical, virtual, text) => expect(countOfServers({ physical, virtual })).toBe(text));
});
