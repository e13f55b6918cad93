import { describe, expect, it } from "vitest";
import { type Json, withValueAt } from "./json.ts";
import { patchYaml } from "./yaml-patch.ts";
import { readYaml } from "./yaml-text.ts";

const TEXT = `# A shop.
metadata:
  name: shop # short, please
  title: "A shop"
spec:
  groups:
    # The database comes first.
    - name: db
      cores: 2

    # And then the pages.
    - name: app
      cores: 1
      nics:
        - { network: lan } # the only one
`;

const readOf = (text: string): Json => {
  const read = readYaml(text);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.value;
};

describe("CAP A9: changing a YAML text", () => {
  it("changes nothing where nothing changed", () => {
    expect(patchYaml(TEXT, readOf(TEXT))).toBe(TEXT);
  });

  it("keeps every comment, quote and blank line around what did", () => {
    const changed = withValueAt(readOf(TEXT), ["spec", "groups", 1, "cores"], 4);
    expect(patchYaml(TEXT, changed)).toBe(TEXT.replace("      cores: 1", "      cores: 4"));
    const retitled = withValueAt(readOf(TEXT), ["metadata", "title"], "Another");
    expect(patchYaml(TEXT, retitled)).toBe(TEXT.replace('"A shop"', '"Another"'));
    const renamed = withValueAt(readOf(TEXT), ["metadata", "name"], "store");
    expect(patchYaml(TEXT, renamed)).toBe(TEXT.replace("name: shop #", "name: store #"));
  });

  it("leaves the comments of the others when one of a list is taken away", () => {
    const without = patchYaml(TEXT, withValueAt(readOf(TEXT), ["spec", "groups", 0], undefined));
    expect(without).toContain("# And then the pages.");
    expect(without).toContain("# the only one");
    expect(without).not.toContain("db");
  });

  it("puts a new field where the new value has it", () => {
    const groups = [{ name: "db", kind: "physical", cores: 2 }];
    const text = patchYaml(TEXT, withValueAt(readOf(TEXT), ["spec", "groups"], groups));
    expect(text).toContain("    - name: db\n      kind: physical\n      cores: 2\n");
  });

  it("leaves brackets and braces as tight as they were written", () => {
    const text = "a: [x, { b: 1 }]\nc: {d: [ 1 ]}\ne: 1\n";
    expect(patchYaml(text, { a: ["x", { b: 1 }], c: { d: [1] }, e: 2 })).toBe(text.replace("e: 1", "e: 2"));
    expect(patchYaml("a: [x]\n", { a: ["x", "y"] })).toBe("a: [x, y]\n");
  });

  it("writes what comes into an empty list on lines of its own", () => {
    expect(patchYaml("a: []\n", { a: [{ name: "x", b: [1] }] })).toBe("a:\n  - name: x\n    b:\n      - 1\n");
    expect(patchYaml("a: []\n", { a: [{ name: "x", b: 1 }] })).toBe("a:\n  - { name: x, b: 1 }\n");
    expect(patchYaml("a: [{ b: 1 }]\n", { a: [{ b: 1 }, { b: 2 }] })).toBe("a: [{ b: 1 }, { b: 2 }]\n");
  });

  it("gives each place its own copy before it changes what an alias points at", () => {
    const text = "spec:\n  a: &all { cores: 1 } # first\n  b: *all\n";
    const patched = patchYaml(text, { spec: { a: { cores: 2 }, b: { cores: 1 } } });
    expect(readOf(patched)).toEqual({ spec: { a: { cores: 2 }, b: { cores: 1 } } });
    expect(patched).toContain("# first");
    expect(patchYaml(text, { spec: { a: { cores: 1 }, b: { cores: 1 }, c: 1 } })).toContain("b: *all");
  });

  it("writes afresh what can't be read", () => {
    expect(patchYaml("a: [", { a: 1 })).toBe("a: 1\n");
  });
});

describe("reading YAML", () => {
  it.each([
    ["a bracket too few", "a: [1\nb: 2\n", 2],
    ["a key twice", "a: 1\na: 2\n", 2],
    ["nothing", "", 1],
    ["two documents", "a: 1\n---\nb: 2\n", 1],
    [
      "aliases that unfold to too much",
      "a: &a [1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n",
      1,
    ],
  ])("%s: says the line", (_what, text, line) => {
    const read = readYaml(text);
    expect("problems" in read && read.problems[0]?.line).toBe(line);
  });
});
