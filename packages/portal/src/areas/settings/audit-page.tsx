import type { ItemOf } from "../../api/queries.ts";
import { textColumn } from "../../kit/columns.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { AuditActions } from "./audit-actions.tsx";
import { AuditEntryButton } from "./audit-entry.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

type Entry = ItemOf<"listAudit">;
const TONES = { done: "good", refused: "waiting", failed: "bad" } as const;

const COLUMNS: readonly Column<Entry>[] = [
  { id: "at", title: "When", cell: ({ at }) => <When at={at} />, text: ({ at }) => at },
  textColumn("user", "Who", ({ user }) => user),
  textColumn("action", "Did", ({ action }) => action),
  textColumn("object", "On", ({ objectKind, objectName, objectId }) => `${objectKind} ${objectName ?? objectId}`),
  { id: "outcome", title: "Outcome", cell: ({ outcome }) => <State value={outcome} tone={TONES[outcome]} /> },
  textColumn("address", "From", ({ address }) => address),
  {
    id: "more",
    title: "What changed",
    cell: (entry) => <AuditEntryButton entry={entry} />,
    text: ({ after }) => JSON.stringify(after ?? {}),
  },
  textColumn("requestId", "Request", ({ requestId }) => requestId, true),
];

/** Every act: who, from where, on what, before and after. */
export function AuditPage() {
  return (
    <ListPage
      title="Audit"
      operation="listAudit"
      columns={COLUMNS}
      groupBy={["user", "action", "object", "address"]}
      rowId={({ id }) => String(id)}
      actions={<AuditActions />}
      empty={{ title: "Nothing was done yet", text: "Every act stands here, whoever did it and however." }}
    >
      <SettingsTabs />
      <AuditFilters />
    </ListPage>
  );
}
