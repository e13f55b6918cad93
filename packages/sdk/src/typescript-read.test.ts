import { describe, expect, it } from "vitest";
import { placeInTypeScript, readTypeScript } from "./typescript-read.ts";

const wrap = (argument: string) => `export const template = defineTemplate(${argument});\n`;

describe("CAP A9: reading TypeScript as data", () => {
  it("takes literals, with imports and comments around them", () => {
    const text = `// ours\nimport { defineTemplate } from "@berth/sdk/define-template.ts";\n${wrap(
      "{ a: 'x', \"b-c\": [1, -2.5, true, null], /* here */ d: `two\nlines`, e: {} }",
    )}`;
    expect(readTypeScript(text)).toEqual({
      value: { a: "x", "b-c": [1, -2.5, true, null], d: "two\nlines", e: {} },
    });
    expect(readTypeScript("defineTemplate({ a: 1 })")).toEqual({ value: { a: 1 } });
  });

  // Each with the place where the reader must point at.
  it.each([
    ["a name", "{ a: process }", 1, 45, /name process/],
    ["a call", "{ a: require('fs') }", 1, 45, /a call/],
    ["a function", "{ a: () => 1 }", 1, 45, /a function/],
    ["a sum", "{ a: 1 + 1 }", 1, 45, /run/],
    ["a spread", "{ ...b }", 1, 42, /run/],
    ["a spread in a list", "{ a: [...b] }", 1, 46, /gaps/],
    ["a gap in a list", "{ a: [1, , 2] }", 1, 45, /gaps/],
    ["a text that holds an expression", "{ a: `x${b}` }", 1, 45, /run/],
    ["a tagged text", "{ a: tag`x` }", 1, 45, /run/],
    ["a computed name", "{ ['a']: 1 }", 1, 42, /name: value/],
    ["a getter", "{ get a() { return 1 } }", 1, 42, /name: value/],
    ["a method", "{ a() {} }", 1, 42, /name: value/],
    ["a field that is a name", "{ a }", 1, 42, /name: value/],
    ["a field twice", "{ a: 1, a: 2 }", 1, 48, /twice/],
    ["a prototype", "{ __proto__: {} }", 1, 42, /__proto__/],
    ["a regular expression", "{ a: /x/ }", 1, 45, /only texts/],
    ["a big number", "{ a: 1n }", 1, 45, /only texts/],
    ["no literal at all", "build()", 1, 40, /a call/],
    ["two arguments", "{}, {}", 1, 25, /written as/],
    ["types", "{ a: 1 as number }", 1, 47, /Unexpected token/],
    ["a lost bracket", "{ a: 1 ", 1, 47, /Unexpected token/],
  ])("refuses %s and says where", (_what, argument, line, column, words) => {
    const read = readTypeScript(wrap(argument));
    expect(read).toEqual({ problems: [{ message: expect.stringMatching(words), line, column }] });
  });

  it.each([
    ["nothing", ""],
    ["code beside the template", `globalThis.pwned = true;\n${wrap("{}")}`],
    ["a loop", "while (true) {}"],
    ["two templates", wrap("{}") + wrap("{}").replace("template", "other")],
    ["another function", "export const template = evilTemplate({});"],
  ])("refuses %s", (_what, text) => {
    expect(readTypeScript(text)).toHaveProperty("problems");
    expect(globalThis).not.toHaveProperty("pwned");
  });

  it("refuses what is nested too deep, or too long, without running out of stack", () => {
    const deep = `${"{ a: ".repeat(40)}1${" }".repeat(40)}`;
    expect(readTypeScript(wrap(deep))).toHaveProperty("problems");
    expect(readTypeScript(wrap(`{ a: "${"x".repeat(300_000)}" }`))).toHaveProperty("problems");
  });

  it("finds where a value stands, or what is around one that is missing", () => {
    const text = wrap("{\n  spec: {\n    groups: [\n      { name: 'db' },\n    ],\n  },\n}");
    expect(placeInTypeScript(text, ["spec", "groups", 0, "name"])).toEqual({ line: 4, column: 15 });
    expect(placeInTypeScript(text, ["spec", "groups", 0, "cores"])).toEqual({ line: 4, column: 7 });
    expect(placeInTypeScript("nothing", ["spec"])).toBeNull();
  });
});
