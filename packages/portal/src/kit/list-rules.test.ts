import { serverContract } from "@berth/api/server.ts";
import { describe, expect, it } from "vitest";
import { csvOf, filtersOf, groupRows, previewBulk, queryFrom } from "./list-rules.ts";

const route = serverContract.listServers;

describe("a list's address", () => {
  it("offers the filters that the contract knows by a fixed set of values", () => {
    expect(filtersOf(route).map(({ field }) => field)).toEqual(["state", "kind"]);
    expect(filtersOf(route)[1]?.choices).toEqual([
      { value: "physical", label: "Physical" },
      { value: "virtual", label: "Virtual" },
    ]);
  });

  it("asks for what the query knows, and leaves the page's own words alone", () => {
    expect(queryFrom(route, { state: "active", groupBy: "service", search: "", sort: "-name" })).toEqual({
      state: "active",
      sort: "-name",
    });
  });
});

describe("a bulk act", () => {
  it("says which will and why the others cannot, the most frequent reason first", () => {
    const items = [
      { id: 1, allowed: ["stop"] },
      { id: 2, allowed: [], refused: { stop: "It is off." } },
      { id: 3, allowed: [], refused: { stop: "It is being moved." } },
      { id: 4, allowed: [], refused: { stop: "It is off." } },
      { id: 5, allowed: [] },
    ];
    const { will, cannot } = previewBulk(items, "stop");
    expect(will.map(({ id }) => id)).toEqual([1]);
    expect(cannot.map(({ reason, items: ones }) => [reason, ones.map(({ id }) => id)])).toEqual([
      ["It is off.", [2, 4]],
      ["It is being moved.", [3]],
      ["Not possible as it is now.", [5]],
    ]);
  });

  it("may know its own reason", () => {
    const { will, cannot } = previewBulk([1, 2], "x", (one) => (one === 1 ? null : "no"));
    expect([will, cannot]).toEqual([[1], [{ reason: "no", items: [2] }]]);
  });
});

describe("CSV", () => {
  it("quotes as RFC 4180 says, and lets no cell be a formula", () => {
    expect(
      csvOf(
        ["name", "note"],
        [
          ["a", 'x "y", z'],
          ["=HYPERLINK(1)", "-5"],
          ["@cmd", "two\nlines"],
        ],
      ),
    ).toBe('name,note\r\na,"x ""y"", z"\r\n\'=HYPERLINK(1),-5\r\n\'@cmd,"two\nlines"\r\n');
  });
});

it("groups rows in the order in which their values first came", () => {
  const groups = groupRows(["b1", "a1", "b2"], (text) => text.charAt(0));
  expect(groups).toEqual([
    { name: "b", items: ["b1", "b2"] },
    { name: "a", items: ["a1"] },
  ]);
});
