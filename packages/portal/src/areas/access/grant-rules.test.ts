import { expect, it } from "vitest";
import { grantWords } from "./grant-rules.ts";

const grant = { role: "approver", user: "ada", group: null, project: null, pool: null } as const;

it.each([
  [{}, "approver of ada on everything"],
  [{ project: "shop" }, "approver of ada on project shop"],
  [{ user: null, group: "leads", pool: "default" }, "approver of group leads on pool default"],
])("says who has which role on what", (change, words) => {
  expect(grantWords({ ...grant, ...change })).toBe(words);
});
