import { describe, expect, it } from "vitest";
import { changesOf, otherDetails, textOf, verifyWords } from "./audit-rules.ts";

describe("what an act changed (CAP P2)", () => {
  it("is told field by field, without what stayed", () => {
    const before = { role: "user", email: null, groups: ["a"] };
    const after = { role: "operator", email: "ada@example.org", groups: ["a"], enabled: true };
    expect(changesOf({ before, after, details: {} })).toEqual([
      { field: "role", before: "user", after: "operator" },
      { field: "email", before: "–", after: "ada@example.org" },
      { field: "enabled", before: "–", after: "true" },
    ]);
  });
  it("is nothing where nothing is known", () =>
    expect(changesOf({ before: null, after: null, details: {} })).toEqual([]));
  it("may stand among the details", () => {
    const details = { before: { member: "ada" }, reason: "left", after: "later" };
    expect(changesOf({ before: null, after: null, details })).toEqual([{ field: "member", before: "ada", after: "–" }]);
    expect(otherDetails({ details })).toEqual([
      ["reason", "left"],
      ["after", "later"],
    ]);
  });
  it("is readable", () => expect([textOf("a"), textOf(0), textOf([1])]).toEqual(["a", "0", "[1]"]));
});

describe("looking at the chain", () => {
  it("says how much was looked at", () => {
    const words = verifyWords({ ok: true, checked: 120, unsealed: 2, problem: null });
    expect(words).toContain("120 entries");
    expect(words).toContain("2 more are too young");
  });
  it("names the first entry that does not fit", () => {
    const problem = { auditId: 7, at: null, reason: "The row was changed." };
    expect(verifyWords({ ok: false, checked: 6, unsealed: 0, problem })).toBe(
      "The row was changed. Entry 7 is the first that does not fit.",
    );
  });
});
