import type { FieldProblem } from "@berth/api/errors.ts";
import type { Field, Shape } from "@berth/api/fields.ts";
import { wordsOf } from "@berth/api/flag-name.ts";

export type Path = readonly (string | number)[];
export type Values = Readonly<Record<string, unknown>>;

/** As problems name fields: `groups[0].count`. */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${part}`)).join("");
}

/** The path without places in lists, as widgets are named: `groups.count`. */
export function patternOf(path: Path): string {
  return path.filter((part) => typeof part === "string").join(".");
}

/** `memoryMiB` → `Memory (MiB)`; `endsAt` → `Ends at`; `bindDn` → `Bind DN`. */
export function fieldLabel(name: string): string {
  const unit = /(?:[KMGT]iB|Ms|Seconds|Days|Percent)$/.exec(name)?.[0];
  const stem = unit === undefined || unit === name ? name : name.slice(0, -unit.length);
  const words = wordsOf(stem).map((word) => (ACRONYMS.has(word.toLowerCase()) ? word.toUpperCase() : word));
  const joined = words.join(" ");
  const text = joined.charAt(0).toUpperCase() + joined.slice(1);
  return stem === name ? text : `${text} (${UNITS[unit ?? ""] ?? unit})`;
}

/** What people write in capitals. */
const ACRONYMS: ReadonlySet<string> = new Set([
  ...["ca", "cidr", "dn", "dns", "id", "ip", "mac", "os", "pxe", "ssh", "tls", "uri", "url", "uuid", "vlan"],
]);
const UNITS: Readonly<Record<string, string>> = { Ms: "ms", Seconds: "s", Days: "days", Percent: "%" };

function valueAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== "object" || value === null) return undefined;
    return (value as Record<string | number, unknown>)[part];
  }, values);
}

/** The same values with another one at a place; `undefined` takes it away. */
export function withValue(values: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === "number") {
    const list = Array.isArray(values) ? [...values] : [];
    list[first] = withValue(list[first], rest, value);
    return list;
  }
  const object = typeof values === "object" && values !== null ? (values as Record<string, unknown>) : {};
  const { [first]: inner, ...others } = object;
  const next = withValue(inner, rest, value);
  return next === undefined ? others : { ...object, [first]: next };
}

/** What a field begins with. */
export function blankOf(shape: Shape): unknown {
  switch (shape.kind) {
    case "object":
      return withDefaults(shape.fields, {});
    case "list":
      return [];
    case "map":
      return {};
    case "boolean":
      return false;
    case "choice":
      return shape.choices[0];
    case "number":
    case "text":
    case "json":
      return undefined;
  }
}

/** What the contract fills in by itself, shown from the start. */
export function withDefaults(fields: readonly Field[], given: Values): Values {
  const defaults = fields
    .filter(({ name, default: standard }) => given[name] === undefined && standard !== undefined)
    .map((field) => [field.name, field.default] as const);
  return { ...Object.fromEntries(defaults), ...given };
}

/** Required fields that are empty; everything else Berth judges. */
export function missingFields(fields: readonly Field[], values: unknown, above: Path = []): FieldProblem[] {
  return fields.flatMap((field) => {
    const path = [...above, field.name];
    const value = valueAt(values, [field.name]);
    if (value === undefined || value === "") {
      return field.required && field.shape.kind !== "boolean"
        ? [{ field: pathText(path), message: "is required" }]
        : [];
    }
    if (field.shape.kind === "object" && value !== null) return missingFields(field.shape.fields, value, path);
    const item = field.shape.kind === "list" ? field.shape.item : null;
    if (item?.kind === "object" && Array.isArray(value))
      return value.flatMap((one, i) => missingFields(item.fields, one, [...path, i]));
    return [];
  });
}

/** The problems of one field, and of what is inside where nothing inside is shown apart. */
export function problemsAt(problems: readonly FieldProblem[], path: Path): string[] {
  const name = pathText(path);
  return problems.filter(({ field }) => field === name || field === `body.${name}`).map(({ message }) => message);
}

/** The problems of what is inside a field, with their paths from there. */
export function problemsInside(problems: readonly FieldProblem[], path: Path): FieldProblem[] {
  const start = `${pathText(path)}.`;
  return problems
    .map((problem) => ({ ...problem, field: problem.field.replace(/^body\./, "") }))
    .filter(({ field }) => field.startsWith(start))
    .map((problem) => ({ ...problem, field: problem.field.slice(start.length) }));
}

/** Problems of what the form does not show: said above it, or nobody would see them. */
export function problemsElsewhere(problems: readonly FieldProblem[], shown: ReadonlySet<string>): FieldProblem[] {
  return problems.filter(({ field }) => !shown.has(field.replace(/^body\./, "").split(/[.[]/, 1)[0] ?? ""));
}

export function orderFields(fields: readonly Field[], order: readonly string[], hidden: readonly string[]): Field[] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return fields.filter(({ name }) => !hidden.includes(name)).toSorted((a, b) => place(a.name) - place(b.name));
}
