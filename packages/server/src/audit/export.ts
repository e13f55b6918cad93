import type { AuditEntry } from "@berth/api/audit.ts";
import type { z } from "zod";
import type { Db } from "../kernel/db/db.ts";
import type { AuditRow } from "./chain-rules.ts";
import { auditRows } from "./store.ts";

type Entry = z.input<typeof AuditEntry>;

export interface ExportWish {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly user?: string | undefined;
  readonly action?: string | undefined;
  readonly objectKind?: string | undefined;
  readonly objectId?: string | undefined;
  readonly outcome?: string | undefined;
}

const BATCH = 1_000;

/** The rows, the oldest first, with their place and hash; a batch at a time, so that memory stays bounded. */
export async function* exportAudit(db: Db, wish: ExportWish): AsyncGenerator<Entry & { hash: string | null }> {
  // Those that are written while it runs are for the next time: or the export itself would never end.
  const { last } = await db
    .selectFrom("audit")
    .select(({ fn }) => fn.max("id").as("last"))
    .executeTakeFirstOrThrow();
  let id = 0;
  for (;;) {
    const rows = await auditRows(db)
      .leftJoin("audit_seal as s", "s.audit_id", "a.id")
      .select(["s.position", "s.hash"])
      .where("a.id", ">", id)
      .where("a.id", "<=", last ?? 0)
      .$if(wish.since !== undefined, (q) => q.where("a.at", ">=", new Date(wish.since ?? 0)))
      .$if(wish.until !== undefined, (q) => q.where("a.at", "<", new Date(wish.until ?? 0)))
      .$if(wish.user !== undefined, (q) => q.where("a.user_name", "=", wish.user ?? ""))
      .$if(wish.action !== undefined, (q) => q.where("a.action", "=", wish.action ?? ""))
      .$if(wish.objectKind !== undefined, (q) => q.where("a.object_kind", "=", wish.objectKind ?? ""))
      .$if(wish.objectId !== undefined, (q) => q.where("a.object_id", "=", wish.objectId ?? ""))
      .$if(wish.outcome !== undefined, (q) => q.where("a.outcome", "=", wish.outcome ?? ""))
      .orderBy("a.id")
      .limit(BATCH)
      .execute();
    for (const { position, hash, ...row } of rows) {
      yield { ...renderEntry(row, position), hash: hash?.toString("hex") ?? null };
    }
    if (rows.length < BATCH) return;
    id = rows.at(-1)?.id ?? id;
  }
}

export function renderEntry(row: AuditRow, position: number | null): Entry {
  return {
    id: row.id,
    at: row.at,
    user: row.userName,
    address: row.address,
    // The table's checks allow these only, and `audit` writes both or neither.
    credential:
      row.credentialKind === null || row.credentialId === null
        ? null
        : { kind: row.credentialKind as "session" | "token", id: row.credentialId },
    action: row.action,
    objectKind: row.objectKind,
    objectId: row.objectId,
    objectName: row.objectName,
    outcome: row.outcome as Entry["outcome"],
    requestId: row.requestId,
    // Written from objects by `audit`, and nowhere else.
    before: row.before as Entry["before"],
    after: row.after as Entry["after"],
    details: row.details as Entry["details"],
    position,
  };
}

/** CloudEvents 1.0, structured mode. */
export function cloudEvent(entry: Entry & { hash: string | null }) {
  return {
    specversion: "1.0" as const,
    id: String(entry.id),
    source: "/v1/audit",
    type: `audit.${entry.action}.v1`,
    subject: `${entry.objectKind}/${entry.objectId}`,
    time: entry.at,
    datacontenttype: "application/json" as const,
    data: entry,
  };
}
