import type { Json } from "@berth/sdk/json.ts";
import { readTypeScript } from "@berth/sdk/typescript-read.ts";
import { readYaml, writeYaml } from "@berth/sdk/yaml-text.ts";

/** Asks for a file and reads it; nothing when none is chosen. */
export function openText(accept: string): Promise<{ name: string; text: string } | null> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.onchange = () => {
      const file = input.files?.[0];
      if (file === undefined) resolve(null);
      else void file.text().then((text) => resolve({ name: file.name, text }));
    };
    input.oncancel = () => resolve(null);
    input.click();
  });
}

/** A file's template as YAML text, or in words why it is none. */
export function importedText(file: { name: string; text: string }): { text: string } | { refused: string } {
  if (/\.[cm]?[jt]s$/.test(file.name)) {
    const read = readTypeScript(file.text);
    if ("value" in read) return { text: writeYaml(read.value) };
    const [{ line, column, message }] = read.problems;
    return { refused: `Line ${line}, column ${column}: ${message}` };
  }
  const read = readYaml(file.text);
  if ("value" in read) return { text: file.text };
  const [problem] = read.problems;
  return { refused: `Line ${problem?.line ?? 1}: ${problem?.message ?? "can't be read"}` };
}

/** The template's name as far as the document has one. */
export function nameIn(value: Json): string {
  const { metadata } = (value ?? {}) as { metadata?: { name?: unknown } };
  return typeof metadata?.name === "string" ? metadata.name : "";
}
