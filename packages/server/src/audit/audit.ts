import type { Db, Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { canonicalJson } from "./chain-rules.ts";

export type AuditActor = Pick<Actor, "userId" | "name" | "shown" | "origin">;

/** Who did it when nobody asked: Berth itself. */
export const SYSTEM_ACTOR: AuditActor = { userId: null, name: "berth" };

type Fields = Readonly<Record<string, unknown>>;

export interface AuditEntry {
  /** Where the call came from is taken from here too. */
  readonly actor: AuditActor;
  /** Noun and verb, for example `request.approve`. */
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string; readonly name?: string };
  readonly outcome: "done" | "refused" | "failed";
  /** Only where the actor does not bring it. */
  readonly requestId?: string;
  /** The fields that changed, as they were and as they are; `changeOf` makes both. Never a secret. */
  readonly before?: Fields | null;
  readonly after?: Fields | null;
  /** What else matters, for people. Never a secret. */
  readonly details?: Fields;
}

/** Writes the audit row of a change; in the transaction of the change, so that there is never one without the other. */
export async function audit(tx: Tx | Db, entry: AuditEntry): Promise<void> {
  const { shown, origin } = entry.actor;
  await tx
    .insertInto("audit")
    .values({
      user_id: entry.actor.userId,
      user_name: entry.actor.name,
      address: origin?.address ?? null,
      credential_kind: shown?.kind ?? null,
      credential_id: shown?.id ?? null,
      action: entry.action,
      object_kind: entry.object.kind,
      object_id: entry.object.id,
      object_name: entry.object.name ?? null,
      outcome: entry.outcome,
      request_id: entry.requestId ?? origin?.requestId ?? null,
      before: jsonOf(entry.before),
      after: jsonOf(entry.after),
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute();
}

/** Writes down that somebody tried to change what he may not. */
export async function auditRefusal(
  db: Db,
  { actor, operation, path, reason }: { actor: AuditActor; operation: string; path: string; reason: string },
): Promise<void> {
  const object = { kind: "operation", id: operation };
  await audit(db, { actor, action: "access.refuse", object, outcome: "refused", details: { path, reason } });
}

/** The fields in which two states of something differ, for an entry's `before` and `after`. */
export function changeOf(before: Fields, after: Fields): { before: Fields; after: Fields } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]));
  const only = (fields: Fields) => Object.fromEntries(changed.map((name) => [name, fields[name] ?? null]));
  return { before: only(before), after: only(after) };
}

function jsonOf(fields: Fields | null | undefined): string | null {
  return fields === null || fields === undefined ? null : JSON.stringify(fields);
}
