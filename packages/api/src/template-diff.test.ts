import { describe, expect, it } from "vitest";
import { diffTemplates } from "./template-diff.ts";

const template = (groups: object[], more: object = {}) => ({ spec: { groups, ...more } });

describe("CAP A8: what changed between two templates", () => {
  it("finds elements by their names, wherever they stand", () => {
    const before = template([
      { name: "db", cores: 1, nics: [{ network: "lan" }] },
      { name: "app", cores: 1 },
    ]);
    const after = template([
      { name: "app", cores: 2 },
      { name: "db", cores: 1, nics: [{ network: "lan", primary: true }] },
    ]);
    expect(diffTemplates(before, after)).toEqual([
      { kind: "added", field: "spec.groups[db].nics[lan].primary", after: true },
      { kind: "changed", field: "spec.groups[app].cores", before: 1, after: 2 },
    ]);
  });

  it("says that only the order changed, and nothing of where things are drawn", () => {
    const hooks = [{ name: "a" }, { name: "b" }];
    expect(diffTemplates({ hooks, layout: { x: 1 } }, { hooks: hooks.toReversed(), layout: { x: 2 } })).toEqual([
      { kind: "changed", field: "hooks (order)", before: ["a", "b"], after: ["b", "a"] },
    ]);
  });

  it("tells two of one name apart, and what is no document from what is one", () => {
    const twice = diffTemplates(
      { costs: [{ name: "care", perDay: "1" }] },
      {
        costs: [
          { name: "care", perDay: "1" },
          { name: "care", perDay: "2" },
        ],
      },
    );
    expect(twice).toEqual([{ kind: "added", field: "costs[care~2]", after: { name: "care", perDay: "2" } }]);
    expect(diffTemplates(null, { a: 1 })).toEqual([{ kind: "changed", field: "", before: null, after: { a: 1 } }]);
    expect(diffTemplates({ a: 1 }, { a: 1 })).toEqual([]);
  });
});
