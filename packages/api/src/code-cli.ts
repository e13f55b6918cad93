import type { AnyInput } from "./client.ts";
import { type Field, fieldsOf, type Shape } from "./fields.ts";
import { flagName } from "./flag-name.ts";
import type { Route } from "./route.ts";

/** The command line that does what a call of this route does; null where the command line has no such verb. */
export function cliOf(route: Route, input: AnyInput): string | null {
  const { cli } = route;
  if (cli === undefined) return null;
  const body = asObject(input.body);
  const given = { ...input.params, ...body };
  const named = new Set([...(cli.args ?? []), ...(cli.fileArg === undefined ? [] : [cli.fileArg])]);
  const args = (cli.args ?? []).map((name) => String(given[name] ?? ""));
  const document = cli.fileArg === undefined ? null : String(given[cli.fileArg] ?? "");

  const params = flagsFor(route.params, input.params, named);
  const query = flagsFor(route.query, input.query, named);
  const flags = flagsFor(route.body, body, named);
  // What flags can't say goes in as a document of its own.
  const from = flags === null ? without(body, named) : null;
  const words = [
    "berth",
    ...cli.words,
    ...(params ?? []),
    ...(query ?? []),
    ...(flags ?? []),
    ...(from === null ? [] : ["--from", "-"]),
    ...(input.ifMatch === undefined ? [] : ["--if-match", String(input.ifMatch)]),
    // Whoever copies it has read what it does, and a script has nobody to ask.
    ...(cli.confirm === undefined ? [] : ["--yes"]),
    ...(args.some((arg) => arg.startsWith("-")) ? ["--"] : []),
    ...args,
    ...(document === null ? [] : ["-"]),
  ];
  const line = words.map(quote).join(" ");
  if (from !== null) return `${line} ${hereDocument(JSON.stringify(from, null, 2))}`;
  if (document === null) return line;
  // A here-document would add a line end to the last line.
  return document.endsWith("\n") ? `${line} ${hereDocument(document)}` : `printf %s ${quote(document)} | ${line}`;
}

/** One word for a POSIX shell: nothing in it means anything but itself. */
export function quote(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Text for standard input, under a mark that none of its lines is. */
export function hereDocument(text: string): string {
  const lines = text.split("\n");
  let mark = "END";
  while (lines.includes(mark)) mark += "_";
  // A quoted mark: the shell replaces nothing inside.
  return `<<'${mark}'\n${text.endsWith("\n") ? text : `${text}\n`}${mark}`;
}

/** The flags of all fields that were given; null when one of them holds what flags can't say. */
function flagsFor(
  schema: Route["params"] | Route["body"],
  values: Record<string, unknown> | undefined,
  named: ReadonlySet<string>,
): string[] | null {
  if (schema === undefined || values === undefined) return [];
  const fields = fieldsOf(schema).filter((field) => !named.has(field.name));
  const known = new Set(fields.map(({ name }) => name));
  if (Object.keys(values).some((name) => values[name] !== undefined && !known.has(name) && !named.has(name)))
    return null;
  return all(fields.map((field) => fieldFlags([], field, values[field.name])));
}

function fieldFlags(above: readonly string[], field: Field, value: unknown): string[] | null {
  if (value === undefined) return [];
  const path = [...above, field.name];
  const { shape } = field;
  if (shape.kind === "object") {
    const inner = asObject(value);
    const isKnown = Object.keys(inner).every((name) => shape.fields.some((one) => one.name === name));
    // Without a single flag it would be absent, not empty; and null has no flag at all.
    if (value === null || Object.keys(inner).length === 0 || !isKnown) return null;
    return all(shape.fields.map((one) => fieldFlags(path, one, inner[one.name])));
  }
  const flag = flagName(path);
  if (value === null) return field.nullable ? [flag.replace("--", "--no-")] : null;
  if (shape.kind === "boolean") return [value === true ? flag : flag.replace("--", "--no-")];
  if (shape.kind === "list" && Array.isArray(value)) return listFlags(flag, shape.item, value);
  if (shape.kind === "map") return mapFlags(flag, shape.value, asObject(value));
  return pair(flag, textOf(shape, value));
}

function listFlags(flag: string, item: Shape, values: readonly unknown[]): string[] {
  const texts = values.map((value) => textOf(item, value));
  // A text that begins like a list would be read as one.
  if (texts.length === 0 || texts.some((text) => text.startsWith("["))) return pair(flag, JSON.stringify(values));
  return texts.flatMap((text) => pair(flag, text));
}

function mapFlags(flag: string, value: Shape, map: Record<string, unknown>): string[] {
  const keys = Object.keys(map);
  const isPlain = keys.length > 0 && keys.every((key) => key !== "" && !key.includes("=") && !key.startsWith("{"));
  if (!isPlain) return pair(flag, JSON.stringify(map));
  return keys.flatMap((key) => pair(flag, `${key}=${textOf(value, map[key])}`));
}

/** A value that begins with a dash would be taken for a flag. */
function pair(flag: string, text: string): string[] {
  return text.startsWith("-") || text === "" ? [`${flag}=${text}`] : [flag, text];
}

function textOf(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case "text":
    case "choice":
    case "number":
    case "boolean":
      return String(value);
    case "json":
      return typeof value === "string" && !looksLikeJson(value) ? value : JSON.stringify(value);
    case "list":
    case "map":
    case "object":
      return JSON.stringify(value);
  }
}

/** What the command line reads as JSON where it may be anything. */
function looksLikeJson(text: string): boolean {
  return /^[[{"]|^(?:null|true|false|-?\d+(?:\.\d+)?)$/.test(text);
}

function all(parts: readonly (string[] | null)[]): string[] | null {
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

function without(body: Record<string, unknown>, named: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !named.has(name)));
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
