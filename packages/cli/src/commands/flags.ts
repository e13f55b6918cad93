import { type Field, fieldsOf, type Shape } from "@berth/api/fields.ts";
import { flagName } from "@berth/api/flag-name.ts";
import type { Route } from "@berth/api/route.ts";
import { type Command, InvalidArgumentError, Option } from "commander";

/** Where in a request a flag's value goes. */
export interface Flag {
  readonly part: "params" | "query" | "body";
  /** `["price", "perDay"]` is `--price.per-day`. */
  readonly path: readonly string[];
  readonly field: Field;
  readonly option: Option;
}

/** The flags of a route: one for each field of its schemas that is not positional. */
export function flagsOf(route: Route): Flag[] {
  const positional = new Set([
    ...(route.cli?.args ?? []),
    ...(route.cli?.fileArg === undefined ? [] : [route.cli.fileArg]),
  ]);
  return (["params", "query", "body"] as const).flatMap((part) => {
    const schema = route[part];
    if (schema === undefined) return [];
    return fieldsOf(schema)
      .filter((field) => !positional.has(field.name))
      .flatMap((field) => fieldFlags(part, [], field));
  });
}

function fieldFlags(part: Flag["part"], above: readonly string[], field: Field): Flag[] {
  const path = [...above, field.name];
  if (field.shape.kind === "object") return field.shape.fields.flatMap((inner) => fieldFlags(part, path, inner));
  return [{ part, path, field, option: optionOf(path, field) }];
}

function optionOf(path: readonly string[], field: Field): Option {
  const name = flagName(path);
  const option = new Option(optionText(name, field.shape), describe(field));
  switch (field.shape.kind) {
    case "choice":
      return option.choices([...field.shape.choices]);
    case "boolean":
      return option;
    case "list": {
      const { item } = field.shape;
      return option.argParser((text: string, before: unknown[] | undefined) => [
        ...(before ?? []),
        ...(text.startsWith("[") ? [readJson(text)].flat() : [readValue(item, text)]),
      ]);
    }
    case "map": {
      const { value } = field.shape;
      return option.argParser((text: string, before: Record<string, unknown> | undefined) => ({
        ...before,
        ...readPair(value, text),
      }));
    }
    default: {
      const { shape } = field;
      return option.argParser((text: string) => readValue(shape, text));
    }
  }
}

function optionText(name: string, shape: Shape): string {
  switch (shape.kind) {
    case "boolean":
      return name;
    case "number":
      return `${name} <number>`;
    case "text":
      return `${name} <${shape.format === "date-time" ? "time" : "text"}>`;
    case "choice":
      return `${name} <choice>`;
    case "list":
      return `${name} <${shape.item.kind === "object" || shape.item.kind === "json" ? "json" : "value"}>`;
    case "map":
      return `${name} <key=value>`;
    case "object":
    case "json":
      return `${name} <json>`;
  }
}

function describe(field: Field): string {
  const isRepeated = field.shape.kind === "list" || field.shape.kind === "map";
  const notes = [
    ...(field.required ? ["required"] : []),
    ...(isRepeated ? ["may be repeated"] : []),
    ...(isPlain(field.default) ? [`default: ${String(field.default)}`] : []),
  ];
  return [field.description ?? "", notes.length === 0 ? "" : `(${notes.join("; ")})`]
    .filter((part) => part !== "")
    .join(" ");
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value) || (Array.isArray(value) && value.length > 0);
}

/** A flag's text as the value that the schema wants; the server judges it. */
function readValue(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case "number":
      if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw new InvalidArgumentError("It must be a number.");
      return Number(text);
    case "boolean":
      if (text !== "true" && text !== "false") throw new InvalidArgumentError("It must be true or false.");
      return text === "true";
    case "text":
    case "choice":
      return text;
    case "list":
    case "map":
    case "object":
      return readJson(text);
    case "json":
      return /^[[{"]|^(?:null|true|false|-?\d+(?:\.\d+)?)$/.test(text) ? readJson(text) : text;
  }
}

function readPair(shape: Shape, text: string): Record<string, unknown> {
  if (text.startsWith("{")) return readJson(text) as Record<string, unknown>;
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError("It must be KEY=VALUE.");
  return { [text.slice(0, equals)]: readValue(shape, text.slice(equals + 1)) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not JSON: ${(error as Error).message}.`);
  }
}

/** Adds a flag to a command; what may be left out or set to nothing again has a `--no-` beside it. */
export function addFlag(command: Command, flag: Flag): void {
  command.addOption(flag.option);
  const name = flagName(flag.path).slice(2);
  if (flag.field.shape.kind === "boolean") command.addOption(new Option(`--no-${name}`).hideHelp());
  else if (flag.field.nullable) command.addOption(new Option(`--no-${name}`, "none at all"));
}

/** The value that a command line gave a flag; undefined when it gave none. */
export function flagValue(command: Command, { option, field }: Flag): unknown {
  if (command.getOptionValueSource(option.attributeName()) !== "cli") return undefined;
  const value: unknown = command.getOptionValue(option.attributeName());
  return value === false && field.shape.kind !== "boolean" ? null : value;
}
