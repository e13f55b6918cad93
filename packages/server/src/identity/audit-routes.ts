import { type AuditEntry, auditContract } from "@berth/api/system.ts";
import type { Selectable } from "kysely";
import type { z } from "zod";
import type { Db } from "../kernel/db/db.ts";
import { integerKey, mapPage, pageQuery, textKey } from "../kernel/db/list.ts";
import type { AuditTable } from "../kernel/db/tables.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";

export function auditRoutes({ db }: { db: Db }): RouteSet {
  return implement(auditContract, {
    listAudit: async ({ query }) => {
      const { user, action, objectKind, objectId, outcome } = query;
      const rows = db
        .selectFrom("audit")
        .selectAll()
        .$if(user !== undefined, (q) => q.where("user_name", "=", user ?? ""))
        .$if(action !== undefined, (q) => q.where("action", "=", action ?? ""))
        .$if(objectKind !== undefined, (q) => q.where("object_kind", "=", objectKind ?? ""))
        .$if(objectId !== undefined, (q) => q.where("object_id", "=", objectId ?? ""))
        .$if(outcome !== undefined, (q) => q.where("outcome", "=", outcome ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: { id: integerKey("audit.id") },
        standard: "-id",
        id: integerKey("audit.id"),
        search: textKey("audit.object_name"),
      });
      return mapPage(page, render);
    },
  });
}

function render(row: Selectable<AuditTable>): z.input<typeof AuditEntry> {
  return {
    id: row.id,
    at: row.at.toISOString(),
    user: row.user_name,
    action: row.action,
    objectKind: row.object_kind,
    objectId: row.object_id,
    objectName: row.object_name,
    // The table's check allows these three only.
    outcome: row.outcome as z.infer<typeof AuditEntry>["outcome"],
    requestId: row.request_id,
    // Written from an object by `audit`, and nowhere else.
    details: row.details as Record<string, unknown>,
  };
}
