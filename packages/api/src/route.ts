import type { z } from "zod";

/**
 * Who may call a route; administrators may call all. `owner` means: signed in, and the action itself finds the object
 * only if the caller sees it; what he doesn't see answers `not_found`.
 */
export const ACCESS_RULES = [
  "public",
  "signed-in",
  "owner",
  "design",
  "approve",
  "estate-read",
  "operate",
  "audit-read",
  "administrator",
] as const;
export type AccessRule = (typeof ACCESS_RULES)[number];

/** How the CLI offers a route. The flags come from the route's own schemas. */
export interface CliVerb {
  /** `["server", "list"]` becomes `berth server list`. */
  readonly words: readonly [string, ...string[]];
  /** Path or body fields that are positional, in order; all others are flags. */
  readonly args?: readonly string[];
  /** A body field that is read from a file given as a positional argument or `-` (for example YAML). */
  readonly fileArg?: string;
  /** Columns of the table, as dotted paths into an item of the answer. */
  readonly columns?: readonly string[];
  /** A text of the answer that is all that is printed, as it is: a page, a document. */
  readonly prints?: string;
  /** A boolean of the answer; while it is false the command fails, with exit code 1. */
  readonly failsUnless?: string;
  /** What is lost for good; asked about on a terminal, unless `--yes`. */
  readonly confirm?: string;
  /** A complete command line, shown by `--help`. */
  readonly example: string;
  /** The answer names an operation; the CLI follows it live unless `--no-wait`. */
  readonly follows?: "operation";
}

/** One endpoint: validation, OpenAPI, typed client, CLI and forms are all made from it. */
export interface Route<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** OpenAPI style: `/v1/servers/{id}`. */
  readonly path: `/v1/${string}`;
  readonly rule: AccessRule;
  /** A role on one project or pool lets pass too: the action asks about the object. Else it takes one on everything. */
  readonly scoped?: true;
  readonly summary: string;
  readonly tag: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response: R;
  /** 302: the answer is a `location`, for a browser to go to. */
  readonly status?: 200 | 201 | 202 | 204 | 302;
  /** POST that starts something: the server demands an `Idempotency-Key` header. */
  readonly starts?: true;
  /** Update of a versioned object: the server demands `If-Match` with the object's ETag. */
  readonly versioned?: true;
  /** The answer is a `text/event-stream`; `response` is the shape of one event's data. */
  readonly stream?: true;
  /** The answer is `application/x-ndjson`, one JSON value on each line; `response` is the shape of one. */
  readonly lines?: true;
  /** How often one address may call in a minute: for what costs work before anybody has signed in. */
  readonly callsPerMinute?: number;
  /** How large a body may be, where 1 MiB is not enough. */
  readonly bodyLimitBytes?: number;
  readonly cli?: CliVerb;
}

/** Gives a route its precise type: what it does not have stays absent from the type. */
export function route<const D extends Route>(definition: D): D {
  return definition;
}

/** A room's routes by operation id, for example `{ listServers: route({...}) }`. */
export type Contract = Record<string, Route>;
