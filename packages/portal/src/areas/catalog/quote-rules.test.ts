import { NewRequest } from "@berth/api/request.ts";
import { expect, it } from "vitest";
import { dateProblem, quotable, usualEnd } from "./quote-rules.ts";

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
