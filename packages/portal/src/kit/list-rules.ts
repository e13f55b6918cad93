import { fieldsOf } from "@berth/api/fields.ts";
import type { Route } from "@berth/api/route.ts";
import { fieldLabel } from "./form-rules.ts";
import { labelOf } from "./state-rules.ts";

export interface Filter {
  readonly field: string;
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

/** The filters that a list's contract knows by a fixed set of values. */
export function filtersOf(route: Route): Filter[] {
  if (route.query === undefined) return [];
  return fieldsOf(route.query).flatMap(({ name, shape }) => {
    if (["sort", "limit", "cursor", "search"].includes(name)) return [];
    const values = shape.kind === "choice" ? shape.choices : shape.kind === "boolean" ? ["true", "false"] : [];
    if (values.length === 0) return [];
    const label = fieldLabel(name);
    const choices = values.map((value) => ({
      value,
      label: shape.kind === "boolean" ? (value === "true" ? "Yes" : "No") : labelOf(value),
    }));
    return [{ field: name, label, choices }];
  });
}

/** Fields of the address that a list's query knows; whatever else stands there is the page's own. */
export function queryFrom(route: Route, search: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (route.query === undefined) return {};
  const known = new Set(fieldsOf(route.query).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(search).filter(([name, value]) => known.has(name) && value !== undefined && value !== ""),
  );
}

export interface Decidable {
  readonly allowed?: readonly string[];
  readonly refused?: Readonly<Record<string, string>>;
}

export interface BulkPreview<T> {
  readonly will: readonly T[];
  /** Why not, and which: the most frequent reason first. */
  readonly cannot: readonly { readonly reason: string; readonly items: readonly T[] }[];
}

/** Which of the selected it can be done with, and why not with the others. */
export function previewBulk<T>(
  items: readonly T[],
  verb: string,
  reasonOf?: (item: T) => string | null,
): BulkPreview<T> {
  const judge = reasonOf ?? ((item: T) => refusal(item as Decidable, verb));
  const judged = items.map((item) => ({ item, reason: judge(item) }));
  const refused = Map.groupBy(
    judged.filter((one) => one.reason !== null),
    (one) => one.reason ?? "",
  );
  return {
    will: judged.filter((one) => one.reason === null).map((one) => one.item),
    cannot: [...refused]
      .map(([reason, ones]) => ({ reason, items: ones.map((one) => one.item) }))
      .toSorted((a, b) => b.items.length - a.items.length),
  };
}

function refusal({ allowed, refused }: Decidable, verb: string): string | null {
  if (allowed === undefined || allowed.includes(verb)) return null;
  return refused?.[verb] ?? "Not possible as it is now.";
}

/** RFC 4180. What a spreadsheet would take for a formula is made text. */
export function csvOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows]
    .map((row) => row.map(csvCell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows by the value of a group, in the order in which the values first came. */
export function groupRows<T>(items: readonly T[], of: (item: T) => string): { name: string; items: T[] }[] {
  return [...Map.groupBy(items, of)].map(([name, ones]) => ({ name, items: ones }));
}
