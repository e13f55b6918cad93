import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TemplateDocument } from "@berth/api/template-document.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentOf, graphOf } from "./graph.ts";
import { isSame, type Json, withValueAt } from "./json.ts";
import { anyTemplate } from "./testing/any-template.ts";
import { printTypeScript } from "./typescript-print.ts";
import { readTypeScript } from "./typescript-read.ts";
import { patchYaml } from "./yaml-patch.ts";
import { readYaml, writeYaml } from "./yaml-text.ts";

const FOLDER = join(import.meta.dirname, "../../../templates");
const SHIPPED = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => [file, readFileSync(join(FOLDER, file), "utf8")] as const);

const yamlOf = (text: string): Json => {
  const read = readYaml(text);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.value;
};
const typeScriptOf = (text: string): Json => {
  const read = readTypeScript(text);
  if ("problems" in read) throw new Error(`${JSON.stringify(read.problems)}\n${text}`);
  return read.value;
};

describe("CAP A9: conversions lose nothing", () => {
  it("generates templates that the schema takes", () => {
    const taken = fc.sample(anyTemplate, 50).map((template) => TemplateDocument.safeParse(template));
    expect(taken.filter((one) => one.success).length).toBeGreaterThan(40);
  });

  it("YAML there and back", () => {
    fc.assert(fc.property(anyTemplate, (template) => isSame(yamlOf(writeYaml(template)), template)));
  });

  it("TypeScript there and back", () => {
    fc.assert(fc.property(anyTemplate, (template) => isSame(typeScriptOf(printTypeScript(template)), template)));
  });

  it("canvas there and back", () => {
    fc.assert(fc.property(anyTemplate, (template) => isSame(documentOf(graphOf(template)), template)));
  });

  it("YAML to TypeScript to canvas to YAML", () => {
    fc.assert(
      fc.property(anyTemplate, (template) => {
        const code = printTypeScript(yamlOf(writeYaml(template)));
        const drawn = documentOf(graphOf(typeScriptOf(code)));
        expect(yamlOf(patchYaml(writeYaml(template), drawn))).toEqual(template);
      }),
    );
  });

  it("any change of one template into another is what the patched text says", () => {
    fc.assert(
      fc.property(anyTemplate, anyTemplate, (before, after) => {
        expect(isSame(yamlOf(patchYaml(writeYaml(before), after)), after)).toBe(true);
      }),
    );
  });

  it.each(SHIPPED)("%s: through all of them, with its text untouched", (_file, text) => {
    const value = yamlOf(text);
    expect(typeScriptOf(printTypeScript(value))).toEqual(value);
    expect(documentOf(graphOf(value))).toEqual(value);
    expect(patchYaml(text, documentOf(graphOf(typeScriptOf(printTypeScript(value)))))).toBe(text);
  });

  it.each(SHIPPED)("%s: all its comments outlive a change", (_file, text) => {
    const changed = patchYaml(text, withValueAt(yamlOf(text), ["metadata", "title"], "Another title"));
    const comments = (from: string) => from.split("\n").filter((line) => /^\s*#/.test(line));
    expect(comments(changed)).toEqual(comments(text));
    expect(yamlOf(changed)).toMatchObject({ metadata: { title: "Another title" } });
  });
});
