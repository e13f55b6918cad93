import { expect, it } from "vitest";
import { mayTryPassword } from "./login-rules.ts";

const none = { ofNameFromAddress: 0, fromAddress: 0, ofName: 0 };

it.each([
  ["ten wrong ones for a name from one address", { ...none, ofNameFromAddress: 9 }, { ...none, ofNameFromAddress: 10 }],
  ["fifty wrong ones from one address", { ...none, fromAddress: 49 }, { ...none, fromAddress: 50 }],
  ["a hundred wrong ones for a name", { ...none, ofName: 99 }, { ...none, ofName: 100 }],
])("allows less than %s", (_name, below, at) => {
  expect(mayTryPassword(below, { isKnownAddress: false })).toBe(true);
  expect(mayTryPassword(at, { isKnownAddress: false })).toBe(false);
});

it("lets nobody be locked out from elsewhere where he has signed in lately", () => {
  expect(mayTryPassword({ ...none, ofName: 100_000 }, { isKnownAddress: true })).toBe(true);
  expect(mayTryPassword({ ...none, ofNameFromAddress: 10, ofName: 10 }, { isKnownAddress: true })).toBe(false);
  expect(mayTryPassword({ ...none, fromAddress: 50 }, { isKnownAddress: true })).toBe(false);
});
