import { NewRequest } from "@berth/api/request.ts";
import { expect, it } from "vitest";
import { approvalWords, availabilityLines, dateProblem, freeFromWords, quotable, usualEnd } from "./quote-rules.ts";

const NOW = new Date("2027-01-10T12:34:56Z");
const endsAt = "2027-01-20T00:00:00Z";

it("asks for nothing until there is an end", () => {
  expect(quotable("two-tier", {})).toBeNull();
  expect(quotable("two-tier", { endsAt: "tomorrow" })).toBeNull();
});

it("asks for a price before there is a name, and the API would take it", () => {
  const wish = quotable("two-tier", { endsAt, service: "", pools: [] });
  expect(NewRequest.safeParse(wish).success).toBe(true);
  expect(wish).not.toHaveProperty("pools");
});

it("asks with what was typed, even where that is wrong, so that the API can say so", () => {
  expect(quotable("two-tier", { endsAt, service: "Shop!" })).toMatchObject({ service: "Shop!", template: "two-tier" });
});

it("begins with a lease of two weeks", () => {
  expect(usualEnd(NOW)).toBe("2027-01-24T12:00:00.000Z");
});

it("names the date that can't be", () => {
  expect(dateProblem({ endsAt: "2027-01-10T12:00:00Z" }, NOW)?.field).toBe("endsAt");
  expect(dateProblem({ startsAt: "2027-02-01T00:00:00Z", endsAt }, NOW)?.message).toBe("must be later than the start");
  expect(dateProblem({ endsAt }, NOW)).toBeNull();
});

it("says what is free, of the kinds that the pool has", () => {
  const hosts = { hosts: 2, coresFree: 12, coresTotal: 16, memoryMiBFree: 8192, memoryMiBTotal: 16_384 };
  const availability = { pool: "default", freeFrom: null, physical: { free: 5, total: 6 } };
  const virtual = { ...hosts, storageGiBFree: 10, storageGiBTotal: 20 };
  expect(availabilityLines({ ...availability, virtual })).toEqual([
    "5 of 6 physical servers are free",
    "12 of 16 cores and 8 GiB of 16 GiB of memory are free on 2 hosts",
  ]);
  expect(availabilityLines({ ...availability, virtual: { ...virtual, hosts: 0 } })).toHaveLength(1);
});

it("says from when it is free, by the day's name within a week", () => {
  expect(freeFromWords("2027-01-12T14:00:00Z", NOW)).toMatch(/^Free from Tuesday/);
  expect(freeFromWords("2027-03-12T14:00:00Z", NOW)).toBe("Free from 12 March 2027.");
  expect(freeFromWords(null, NOW)).toContain("No start");
});

it("says who will be asked", () => {
  expect(approvalWords({ outcome: "approve", rule: "small" })).toBe("It is approved by itself, by the rule small.");
  expect(approvalWords({ outcome: "ask", rule: null })).toBe("An approver is asked.");
});
