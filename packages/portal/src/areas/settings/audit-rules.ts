import type { AuditEntry } from "@berth/api/audit.ts";
import type { z } from "zod";

export type Entry = z.output<typeof AuditEntry>;

export interface Change {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** What an act changed, field by field; what was the same before and after is left out. */
export function changesOf(entry: Pick<Entry, "before" | "after" | "details">): Change[] {
  // Some acts tell it among the details.
  const before = entry.before ?? fieldsOf(entry.details.before);
  const after = entry.after ?? fieldsOf(entry.details.after);
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return fields
    .map((field) => ({ field, before: textOf(before?.[field]), after: textOf(after?.[field]) }))
    .filter((change) => change.before !== change.after);
}

/** The other details of an act. */
export function otherDetails({ details }: Pick<Entry, "details">): [term: string, value: string][] {
  return Object.entries(details)
    .filter(([term, value]) => !((term === "before" || term === "after") && fieldsOf(value) !== null))
    .map(([term, value]) => [term, textOf(value)]);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}

/** A value for people: words as they are, nothing as a dash, the rest as JSON. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface Verification {
  readonly ok: boolean;
  readonly checked: number;
  readonly unsealed: number;
  readonly problem: { readonly auditId: number | null; readonly at: string | null; readonly reason: string } | null;
}

/** What looking at the chain of hashes has shown. */
export function verifyWords({ ok, checked, unsealed, problem }: Verification): string {
  const young = unsealed === 0 ? "" : ` ${unsealed} more are too young to be sealed; that takes seconds.`;
  if (ok) return `${checked} entries were computed again, and each fits the one before.${young}`;
  const row = problem?.auditId == null ? "" : ` Entry ${problem.auditId} is the first that does not fit.`;
  return `${problem?.reason ?? "The chain is broken."}${row}${young}`;
}
