import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { type AnyInput, type ClientOptions, callRoute, linesRoute } from "@berth/api/client.ts";
import { flagName } from "@berth/api/flag-name.ts";
import type { Route } from "@berth/api/route.ts";
import type { Command } from "commander";
import { printAnswer } from "../render/answer.ts";
import { valueAt } from "../render/text.ts";
import { readConnection } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { addFlag, type Flag, flagsOf, flagValue } from "./flags.ts";
import { UsageError } from "./usage-error.ts";
import { readerOf, type VerbRoute } from "./verb-route.ts";

interface OwnOptions {
  readonly json?: true;
  readonly columns?: string;
  readonly all?: true;
  readonly wait: boolean;
  readonly yes?: true;
  readonly from?: string;
  readonly idempotencyKey?: string;
  readonly ifMatch?: number;
}

/** Gives a command the arguments and flags of its route. */
export function defineVerb(command: Command, route: VerbRoute): void {
  const { cli } = route;
  for (const name of cli.args ?? []) command.argument(`<${name}>`, describeArgument(route, name));
  if (cli.fileArg !== undefined) command.argument("<file>", "a file, or - for standard input");
  const flags = flagsOf(route);
  for (const flag of flags) addFlag(command, flag);
  if (route.body !== undefined && flags.some((flag) => flag.part === "body")) {
    command.option("--from <file>", "take the fields from a JSON or YAML file (- for standard input); flags win");
  }
  if (isList(route)) command.option("--all", "all pages, not just one");
  if (route.status !== 204 && route.lines !== true) {
    command.option("--columns <names>", "what to show: comma-separated fields, such as name,price.perDay");
    command.option("--json", "answer in JSON");
  }
  if (cli.follows === "operation") command.option("--no-wait", "do not follow the operation to its end");
  if (cli.confirm !== undefined) command.option("--yes", "do not ask whether it is meant");
  if (route.starts === true) {
    command.option("--idempotency-key <text>", "the same text again does nothing again");
  }
  if (route.versioned === true) {
    command.option(
      "--if-match <version>",
      "only if it is still at this version; without it, whatever it is at",
      Number,
    );
  }
  command.addHelpText("after", `\nExample:\n  ${cli.example}`);
  command.action(async () => {
    await perform(command, route, flags);
  });
}

async function perform(command: Command, route: VerbRoute, flags: readonly Flag[]): Promise<void> {
  const own = command.opts<OwnOptions>();
  const input = await readInput(command, route, flags);
  refuseMissing(route, flags, input);
  const connection = await readConnection();
  if (route.cli.confirm !== undefined && own.yes !== true && own.json !== true) {
    const { confirm } = await import("./confirm.ts");
    await confirm(connection, route, input, route.cli.confirm);
  }
  if (route.stream === true) {
    const { watch } = await import("./follow.ts");
    process.exitCode = await watch(connection, route, input, { json: own.json === true });
    return;
  }
  if (route.lines === true) {
    for await (const line of linesRoute(connection, route, input)) await writeLine(JSON.stringify(line));
    return;
  }
  const answer =
    own.all === true ? await readAllPages(connection, route, input) : await callRoute(connection, route, input);
  const operationId = route.cli.follows === "operation" && own.wait ? operationOf(answer) : null;
  if (operationId === null || own.json !== true) {
    const { prints } = own.columns === undefined ? route.cli : { prints: undefined };
    printAnswer(answer, { columns: columnsOf(own, route), json: own.json === true, isList: isList(route), prints });
  }
  const { failsUnless } = route.cli;
  if (failsUnless !== undefined && valueAt(answer, failsUnless) !== true) process.exitCode = EXIT.failed;
  if (operationId !== null) {
    const { followOperation } = await import("./follow.ts");
    process.exitCode = await followOperation(connection, operationId, { json: own.json === true });
  }
}

/** As fast as the reader takes it: a long export must not pile up in memory. */
async function writeLine(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}

/** Everything that the command line says, as the parts of a request. */
async function readInput(command: Command, route: VerbRoute, flags: readonly Flag[]): Promise<AnyInput> {
  const own = command.opts<OwnOptions>();
  const params: Record<string, unknown> = {};
  const query: Record<string, unknown> = {};
  // Where there is no body, a field of the query may bear that name.
  const body: Record<string, unknown> =
    own.from === undefined || route.body === undefined ? {} : await readFields(own.from);
  const parts = { params, query, body };

  for (const [i, name] of (route.cli.args ?? []).entries()) parts[partOf(route, name)][name] = command.processedArgs[i];
  if (route.cli.fileArg !== undefined) body[route.cli.fileArg] = await readText(String(command.processedArgs.at(-1)));
  for (const flag of flags) {
    const value = flagValue(command, flag);
    if (value !== undefined) put(parts[flag.part], flag.path, value);
  }

  const idempotencyKey = own.idempotencyKey === undefined ? {} : { idempotencyKey: own.idempotencyKey };
  const ifMatch = route.versioned === true ? { ifMatch: own.ifMatch ?? (await readVersion(route, params)) } : {};
  return { params, query, body, ...idempotencyKey, ...ifMatch };
}

/** An update names the version that it changes; who gives none means the one that is there now. */
async function readVersion(route: VerbRoute, params: Record<string, unknown>): Promise<number> {
  const reader = readerOf(route);
  if (reader === undefined) throw new UsageError("--if-match VERSION is required here.");
  const answer = await callRoute(await readConnection(), reader, { params });
  return Number((answer as { version?: unknown }).version);
}

async function readAllPages(connection: ClientOptions, route: VerbRoute, input: AnyInput): Promise<unknown> {
  const items: unknown[] = [];
  let cursor: unknown = input.query?.cursor;
  do {
    const query = { limit: 500, ...input.query, ...(cursor === undefined ? {} : { cursor }) };
    const page = (await callRoute(connection, route, { ...input, query })) as { items: unknown[]; next?: string };
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return { items };
}

/** Said here in terms of flags; whatever else is wrong the server says. */
function refuseMissing(route: VerbRoute, flags: readonly Flag[], input: AnyInput): void {
  const missing = flags.filter(
    (flag) => flag.field.required && flag.path.length === 1 && givenValue(input, flag) === undefined,
  );
  if (missing.length === 0) return;
  const names = missing.map((flag) => flagName(flag.path)).join(", ");
  throw new UsageError(`${names} ${missing.length === 1 ? "is" : "are"} required. Example: ${route.cli.example}`);
}

function givenValue(input: AnyInput, flag: Flag): unknown {
  const part = input[flag.part] as Record<string, unknown> | undefined;
  return part?.[flag.path[0] ?? ""];
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const next = typeof inner === "object" && inner !== null ? { ...(inner as Record<string, unknown>) } : {};
  target[first] = next;
  put(next, rest, value);
}

function partOf(route: Route, name: string): "params" | "body" {
  return route.params !== undefined && name in route.params.shape ? "params" : "body";
}

function describeArgument(route: Route, name: string): string {
  const schema = partOf(route, name) === "params" ? route.params : route.body;
  const shape = (schema as { shape?: Record<string, { description?: string }> } | undefined)?.shape;
  return shape?.[name]?.description ?? "";
}

function isList(route: Route): boolean {
  return route.query !== undefined && "cursor" in route.query.shape;
}

function columnsOf(own: OwnOptions, route: VerbRoute): readonly string[] {
  return own.columns?.split(",").map((name) => name.trim()) ?? route.cli.columns ?? [];
}

function operationOf(answer: unknown): string | null {
  const id = (answer as { operationId?: unknown } | null)?.operationId;
  return typeof id === "string" && id !== "" ? id : null;
}

async function readText(file: string): Promise<string> {
  try {
    return file === "-" ? await readAll(process.stdin) : await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError(`${file} can't be read: ${(cause as NodeJS.ErrnoException).code ?? "error"}`, { cause });
  }
}

async function readFields(file: string): Promise<Record<string, unknown>> {
  const text = await readText(file);
  const { parse } = await import("yaml");
  try {
    // JSON is YAML; aliases are not needed for fields of a request.
    const value: unknown = parse(text, { maxAliasCount: 0 });
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new UsageError(`${file} is neither JSON nor YAML: ${(cause as Error).message}`, { cause });
  }
  throw new UsageError(`${file} holds no fields.`);
}
