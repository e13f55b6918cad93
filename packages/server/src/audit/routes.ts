import { auditContract } from "@berth/api/audit.ts";
import { integerKey, mapPage, pageQuery, textKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { audit } from "./audit.ts";
import { cloudEvent, exportAudit, renderEntry } from "./export.ts";
import { getRetention, setRetention } from "./retention.ts";
import type { ChainDeps } from "./seal.ts";
import { auditRows } from "./store.ts";
import { verifyAudit } from "./verify.ts";

export function auditRoutes(deps: ChainDeps): RouteSet {
  const { db } = deps;
  return implement(auditContract, {
    listAudit: async ({ query }) => {
      const { user, action, objectKind, objectId, outcome } = query;
      const rows = auditRows(db)
        .leftJoin("audit_seal as s", "s.audit_id", "a.id")
        .select("s.position")
        .$if(user !== undefined, (q) => q.where("a.user_name", "=", user ?? ""))
        .$if(action !== undefined, (q) => q.where("a.action", "=", action ?? ""))
        .$if(objectKind !== undefined, (q) => q.where("a.object_kind", "=", objectKind ?? ""))
        .$if(objectId !== undefined, (q) => q.where("a.object_id", "=", objectId ?? ""))
        .$if(outcome !== undefined, (q) => q.where("a.outcome", "=", outcome ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: { id: integerKey("a.id") },
        standard: "-id",
        id: integerKey("a.id"),
        search: textKey("a.object_name"),
      });
      return mapPage(page, ({ position, ...row }) => renderEntry(row, position));
    },
    exportAudit: async ({ actor, query }) => {
      const { format, ...wish } = query;
      await audit(db, {
        actor,
        action: "audit.export",
        object: { kind: "audit", id: "export" },
        outcome: "done",
        details: { ...query },
      });
      return rendered(exportAudit(db, wish), format);
    },
    verifyAudit: async ({ signal }) => {
      const { problem, ...found } = await verifyAudit(deps, signal);
      return { ok: problem === null, ...found, problem };
    },
    getAuditRetention: async () => getRetention(db),
    setAuditRetention: async ({ actor, body, ifMatch }) => setRetention(db, actor, { days: body.days, ifMatch }),
  });
}

async function* rendered(entries: ReturnType<typeof exportAudit>, format: "jsonl" | "cloudevents") {
  for await (const entry of entries) yield format === "jsonl" ? entry : cloudEvent(entry);
}
