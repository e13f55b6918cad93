import type { Field } from "@berth/api/fields.ts";
import { describe, expect, it } from "vitest";
import {
  fieldLabel,
  missingFields,
  orderFields,
  pathText,
  patternOf,
  problemsAt,
  problemsElsewhere,
  withDefaults,
  withValue,
} from "./form-rules.ts";

const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  shape: { kind: "text", format: null },
  required: false,
  nullable: false,
  description: null,
  default: undefined,
  ...more,
});

describe("a form's values", () => {
  it("change at one place and nowhere else", () => {
    const before = { name: "a", groups: [{ count: 1 }, { count: 2 }], price: { perDay: "1" } };
    expect(withValue(before, ["groups", 1, "count"], 5)).toEqual({
      name: "a",
      groups: [{ count: 1 }, { count: 5 }],
      price: { perDay: "1" },
    });
    expect(before.groups[1]?.count).toBe(2);
  });

  it("lose what is emptied, so that it is absent and not empty", () => {
    expect(withValue({ a: 1, b: { c: 2 } }, ["a"], undefined)).toEqual({ b: { c: 2 } });
    expect(withValue({}, ["b", "c"], 2)).toEqual({ b: { c: 2 } });
  });

  it("begin with what the contract fills in, under what is known already", () => {
    const fields = [field("pools", { default: ["default"] }), field("name", { default: "x" })];
    expect(withDefaults(fields, { name: "mine" })).toEqual({ pools: ["default"], name: "mine" });
  });
});

describe("a form's problems", () => {
  const groups = field("groups", {
    shape: { kind: "list", item: { kind: "object", fields: [field("count", { required: true })] } },
  });

  it("name empty fields as the API does, in lists too", () => {
    const fields = [field("name", { required: true }), groups, field("note")];
    expect(missingFields(fields, { name: "", groups: [{ count: 1 }, {}] })).toEqual([
      { field: "name", message: "is required" },
      { field: "groups[1].count", message: "is required" },
    ]);
  });

  it("stand at their field, or above the form when it is not shown", () => {
    const problems = [
      { field: "groups[1].count", message: "must be at most 9" },
      { field: "body.name", message: "is taken" },
      { field: "hidden", message: "is wrong" },
    ];
    expect(problemsAt(problems, ["groups", 1, "count"])).toEqual(["must be at most 9"]);
    expect(problemsAt(problems, ["name"])).toEqual(["is taken"]);
    expect(problemsElsewhere(problems, new Set(["groups", "name"]))).toEqual([
      { field: "hidden", message: "is wrong" },
    ]);
  });
});

describe("a form's fields", () => {
  it("are called in words, with their unit", () => {
    expect(["endsAt", "memoryMiB", "sizeGiB", "timeoutSeconds", "name", "cidr", "bindDn"].map(fieldLabel)).toEqual([
      "Ends at",
      "Memory (MiB)",
      "Size (GiB)",
      "Timeout (s)",
      "Name",
      "CIDR",
      "Bind DN",
    ]);
  });

  it("come in the order that is asked for, the rest behind", () => {
    const fields = ["a", "b", "c", "d"].map((name) => field(name));
    expect(orderFields(fields, ["c"], ["b"]).map(({ name }) => name)).toEqual(["c", "a", "d"]);
  });

  it("have widgets by their path without places in lists", () => {
    expect(pathText(["groups", 0, "nics", 2, "network"])).toBe("groups[0].nics[2].network");
    expect(patternOf(["groups", 0, "nics", 2, "network"])).toBe("groups.nics.network");
  });
});
