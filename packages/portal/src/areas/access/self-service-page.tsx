import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { AccessTabs } from "./access-tabs.tsx";
import { limitWords, whoWords } from "./policy-rules.ts";

type Policy = ItemOf<"listSelfServicePolicies">;

const COLUMNS: readonly Column<Policy>[] = [
  { id: "name", title: "Name", sort: "name", cell: ({ name }) => name },
  textColumn("who", "For", whoWords),
  textColumn("templates", "Templates", ({ templates }) => templates.join(", ") || "all"),
  textColumn("pools", "Pools", ({ pools }) => pools.join(", ") || "all"),
  textColumn("actions", "May", ({ actions }) => actions.join(", ") || "nothing"),
  textColumn("limits", "At most", limitWords),
  createdColumn(),
];

const BULK: readonly BulkAction<Policy>[] = [
  {
    verb: "delete",
    label: "Delete",
    operation: "deleteSelfServicePolicy",
    input: ({ id }) => ({ params: { id } }),
    danger: true,
    kept: "What people hold already.",
    lost: "These limits: who has no other policy is not restricted any more.",
  },
];

const ADD = <LinkButton to="/access/add/self-service">Add a policy</LinkButton>;

export function SelfServicePage() {
  return (
    <ListPage
      title="Self-service"
      operation="listSelfServicePolicies"
      columns={COLUMNS}
      bulk={BULK}
      rowHref={({ id }) => `/access/edit/self-service/${id}`}
      actions={ADD}
      empty={{
        title: "Nobody is restricted",
        text: "Without policies, all published templates may be asked for. A policy says who may ask for what, and how much.",
        action: ADD,
      }}
    >
      <AccessTabs />
    </ListPage>
  );
}
