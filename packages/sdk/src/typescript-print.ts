import { isList, isObject, type Json } from "./json.ts";

const WIDTH = 110;
const INDENT = "  ";

/** A template as a module in TypeScript that `readTypeScript` reads back, and that anybody's editor checks. */
export function printTypeScript(template: Json): string {
  return [
    'import { defineTemplate } from "@berth/sdk/define-template.ts";',
    "",
    `export const template = defineTemplate(${printed(template, "")});`,
    "",
  ].join("\n");
}

function printed(value: Json, indent: string): string {
  if (typeof value === "string") return printedText(value);
  if (!isList(value) && !isObject(value)) return JSON.stringify(value);
  const [open, close, items] = isList(value)
    ? (["[", "]", value.map((item) => (inner: string) => printed(item, inner))] as const)
    : ([
        "{",
        "}",
        Object.entries(value).map(
          ([key, item]) =>
            (inner: string) =>
              `${printedKey(key)}: ${printed(item, inner)}`,
        ),
      ] as const);
  if (items.length === 0) return open + close;
  const inner = indent + INDENT;
  const parts = items.map((item) => item(inner));
  const line = isList(value) ? `${open}${parts.join(", ")}${close}` : `${open} ${parts.join(", ")} ${close}`;
  if (isShort(value) && !line.includes("\n") && indent.length + line.length <= WIDTH) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

/** What reads well on one line: a list of plain values, or a few plain fields such as a disk's. */
function isShort(value: readonly Json[] | { readonly [key: string]: Json }): boolean {
  const items: readonly Json[] = isList(value) ? value : Object.values(value);
  return items.every((item) => !isList(item) && !isObject(item)) && (isList(value) || items.length <= 4);
}

function printedKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) && key !== "__proto__" ? key : JSON.stringify(key);
}

/** Several lines are a template literal. It would turn a carriage return into a line feed, so such a text is quoted. */
function printedText(text: string): string {
  if (!text.includes("\n") || /[\r\u2028\u2029\p{Surrogate}]|[^\P{Cc}\n\t]/u.test(text)) return JSON.stringify(text);
  return `\`${text.replaceAll(/[\\`]|\$\{/g, (found) => `\\${found}`)}\``;
}
