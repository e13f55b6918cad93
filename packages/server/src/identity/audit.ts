import type { Db, Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";

/** Who did it when nobody asked: Berth itself. */
export const SYSTEM_ACTOR: Pick<Actor, "userId" | "name"> = { userId: null, name: "berth" };

export interface AuditEntry {
  readonly actor: Pick<Actor, "userId" | "name">;
  /** Noun and verb, for example `request.approve`. */
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string; readonly name?: string };
  readonly outcome: "done" | "refused" | "failed";
  readonly requestId?: string;
  /** What changed, for people. Never a secret. */
  readonly details?: Record<string, unknown>;
}

/** Writes the audit row of a change; in the transaction of the change, so that there is never one without the other. */
export async function audit(tx: Tx | Db, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto("audit")
    .values({
      user_id: entry.actor.userId,
      user_name: entry.actor.name,
      action: entry.action,
      object_kind: entry.object.kind,
      object_id: entry.object.id,
      object_name: entry.object.name ?? null,
      outcome: entry.outcome,
      request_id: entry.requestId ?? null,
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute();
}
