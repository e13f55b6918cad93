import { renderTable } from "./table.ts";
import { formatValue, heading, type Paint, valueAt } from "./text.ts";

export interface DetailOptions {
  /** What to show; everything if empty. */
  readonly columns: readonly string[];
  readonly paint: Paint;
  readonly width: number | null;
}

/** One thing: its fields one below the other, and its lists as tables below them. */
export function renderDetail(value: unknown, options: DetailOptions): string {
  if (typeof value !== "object" || value === null) return formatValue(value);
  const paths = options.columns.length > 0 ? options.columns : Object.keys(value);
  const fields = paths.map((path) => ({ path, value: valueAt(value, path) }));
  const plain = fields.filter((field) => !isListOfObjects(field.value));
  const lists = fields.filter((field) => isListOfObjects(field.value));
  const labelWidth = Math.max(0, ...plain.map(({ path }) => heading(path).length)) + 2;
  const lines = plain.map(({ path, value }) => {
    const label = options.paint("bold", heading(path).padEnd(labelWidth));
    return label + formatValue(value).replaceAll("\n", `\n${" ".repeat(labelWidth)}`);
  });
  return [lines.join("\n"), ...lists.map((field) => section(field.path, field.value as unknown[], options))]
    .filter((part) => part !== "")
    .join("\n\n");
}

function section(path: string, items: unknown[], { paint, width }: DetailOptions): string {
  const columns = [...new Set(items.flatMap((item) => Object.keys(item as object)))];
  return `${paint("bold", heading(path))}\n${indent(renderTable(items, { columns, paint, width: width === null ? null : width - 2 }))}`;
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "object" && item !== null);
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
