import type { FieldProblem } from "@berth/api/errors.ts";
import type { z } from "zod";
import { AppError } from "../errors.ts";

const MAX_PROBLEMS = 20;

/** The value as the schema reads it, or an error that names each wrong field in words. */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = fieldProblems(result.error.issues);
  throw new AppError("invalid_request", `${sentence(fields)}.`, { fields });
}

/** What zod found, in words and by field. */
export function fieldProblems(issues: readonly z.core.$ZodIssue[]): FieldProblem[] {
  return issues.flatMap(problemsOf).slice(0, MAX_PROBLEMS);
}

function sentence(fields: readonly FieldProblem[]): string {
  return fields
    .slice(0, 5)
    .map(({ field, message }) => `${field} ${message}`)
    .join("; ");
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const field = fieldPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: fieldPath([...issue.path, key.slice(0, 100)]),
      message: "is not a known field",
    }));
  }
  return [{ field, message: words(issue) }];
}

/** `groups[0].count`; the whole value is called `body`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "body";
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`))
    .join("");
}

function words(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      // zod says so in its message only; the issue carries no input by default.
      return issue.message.endsWith("received undefined") ? "is required" : `must be ${typeWords(issue.expected)}`;
    case "too_small":
      return `must ${bound(issue.origin, issue.inclusive ? "at least" : "more than", issue.minimum)}`;
    case "too_big":
      return `must ${bound(issue.origin, issue.inclusive ? "at most" : "less than", issue.maximum)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return issue.message.startsWith("Invalid")
        ? `is not a valid ${FORMATS[issue.format] ?? issue.format}`
        : `must be ${issue.message}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_union":
      return unionWords(issue);
    case "unrecognized_keys":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return issue.message;
  }
}

const FORMATS: Record<string, string> = {
  uuid: "id (UUID)",
  datetime: "time (ISO 8601 with an offset, for example 2027-01-31T00:00:00Z)",
  email: "mail address",
  ipv4: "IPv4 address",
  ipv6: "IPv6 address",
  cidrv4: "IPv4 network (for example 10.0.0.0/24)",
  cidrv6: "IPv6 network",
  url: "URL",
  regex: "text of this form",
};

function unionWords(issue: Extract<z.core.$ZodIssue, { code: "invalid_union" }>): string {
  const first = issue.errors.map((issues) => issues[0]).filter((inner) => inner !== undefined);
  const distinct = new Set(first.map((inner) => words(inner)));
  if (distinct.size === 0) return "has none of the known forms";
  if (distinct.has("is required")) return "is required";
  return [...distinct].slice(0, 4).join(", or ");
}

function typeWords(expected: string): string {
  switch (expected) {
    case "string":
      return "a text";
    case "int":
      return "a whole number";
    case "object":
    case "array":
      return `an ${expected}`;
    default:
      return `a ${expected}`;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  switch (origin) {
    case "string":
      return `have ${relation} ${limit} characters`;
    case "array":
    case "set":
      return `have ${relation} ${limit} items`;
    default:
      return `be ${relation} ${limit}`;
  }
}
