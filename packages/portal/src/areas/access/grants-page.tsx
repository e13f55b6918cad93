import { createdColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { AccessTabs } from "./access-tabs.tsx";
import { type Grant, onWords } from "./grant-rules.ts";
import { GrantOn, GrantTo } from "./grants-panel.tsx";

const COLUMNS: readonly Column<Grant>[] = [
  { id: "role", title: "Role", sort: "role", cell: ({ role }) => role },
  {
    id: "to",
    title: "To",
    cell: (grant) => <GrantTo grant={grant} />,
    text: ({ user, group }) => user ?? `group ${group}`,
  },
  { id: "on", title: "On", cell: (grant) => <GrantOn grant={grant} />, text: onWords },
  textColumn("createdBy", "Given by", ({ createdBy }) => createdBy),
  { ...createdColumn<Grant>(), title: "Given", isExtra: false },
];

const BULK: readonly BulkAction<Grant>[] = [
  {
    verb: "delete",
    label: "Take away",
    operation: "deleteGrant",
    input: ({ id }) => ({ params: { id } }),
    danger: true,
    lost: "These roles count no more from the next request on.",
  },
];

const ADD = <LinkButton to="/access/add/grant">Give a role</LinkButton>;

/** Who has which role on what, beside the role on everything that each user has. */
export function GrantsPage() {
  return (
    <ListPage
      title="Roles given"
      operation="listGrants"
      columns={COLUMNS}
      groupBy={["role", "to", "on"]}
      bulk={BULK}
      actions={ADD}
      empty={{
        title: "No roles were given",
        text: "Each user has a role on everything. Give more of them here: on a project, a pool, or everything.",
        action: ADD,
      }}
    >
      <AccessTabs />
    </ListPage>
  );
}
