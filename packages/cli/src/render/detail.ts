import { renderTable } from "./table.ts";
import { formatValue, heading, type Paint, valueAt } from "./text.ts";

export interface DetailOptions {
  /** What to show; everything if empty. */
  readonly columns: readonly string[];
  readonly paint: Paint;
  readonly width: number | null;
}

/** What only programs need of a thing within another; `--json` has it. */
const LEFT_OUT = new Set(["id", "version", "createdAt", "allowed"]);

/** One thing: its fields one below the other, its parts indented below them, its lists as tables. */
export function renderDetail(value: unknown, options: DetailOptions): string {
  if (typeof value !== "object" || value === null) return formatValue(value);
  const paths = options.columns.length > 0 ? options.columns : Object.keys(value);
  const fields = paths.map((path) => ({ path, value: valueAt(value, path) }));
  const plain = fields.filter((field) => !isBlock(field.value));
  const blocks = fields.flatMap(({ path, value }) => (isBlock(value) ? [{ path, value }] : []));
  const labelWidth = Math.max(0, ...plain.map(({ path }) => heading(path).length)) + 2;
  const lines = plain.map(({ path, value }) => {
    const label = options.paint("bold", heading(path).padEnd(labelWidth));
    return label + formatValue(value).replaceAll("\n", `\n${" ".repeat(labelWidth)}`);
  });
  return [lines.join("\n"), ...blocks.map((field) => block(field.path, field.value, options))]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Whether a value is too much for a cell: a thing with parts, or a list of such. */
function isBlock(value: unknown): value is object {
  return isListOfObjects(value) || (isThing(value) && Object.keys(value).length > 0);
}

function block(path: string, value: object, options: DetailOptions): string {
  const width = options.width === null ? null : options.width - INDENT.length;
  const inner = { ...options, width, columns: [] };
  const text = Array.isArray(value) ? listOf(value, inner) : renderDetail(value, inner);
  return `${options.paint("bold", heading(path))}\n${indent(text)}`;
}

/** A table; things that hold lists of their own stand one below the other instead. */
function listOf(items: readonly unknown[], options: DetailOptions): string {
  const flat = items.map((item) => flattened(item as object));
  if (flat.some((item) => Object.values(item).some(isListOfParts))) {
    return items.map((item) => renderDetail(without(item as object), options)).join("\n\n");
  }
  const columns = [...new Set(flat.flatMap((item) => Object.keys(item)))].filter((column) =>
    flat.some((item) => formatValue(item[column]) !== "-"),
  );
  return renderTable(flat, { ...options, columns });
}

/** `power.observed` as a column of its own, for what is one level deep. */
function flattened(item: object): Record<string, unknown> {
  const entries = Object.entries(without(item)).flatMap(([key, value]) =>
    isThing(value)
      ? Object.entries(value).map(([inner, part]) => [`${key}.${inner}`, part] as const)
      : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}

function without(item: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([key]) => !LEFT_OUT.has(key)));
}

/** Lists whose items have more than a few parts: they would be a wall in a cell. */
function isListOfParts(value: unknown): boolean {
  return (
    isListOfObjects(value) &&
    (value as object[]).some((item) => Object.keys(item).length > 3 || Object.values(item).some(isBlock))
  );
}

export function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "object" && item !== null);
}

function isThing(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const INDENT = "  ";

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : INDENT + line))
    .join("\n");
}
