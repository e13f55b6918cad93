import type { ItemOf } from "../../api/queries.ts";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { money } from "../../kit/money.ts";
import { hrefOf } from "../../kit/paths.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

type Row = ItemOf<"listServices">;

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "name",
    title: "Name",
    cell: (row) => row.name,
    sort: "name",
    width: 1.4,
  },
  { id: "state", title: "State", cell: (row) => <State value={row.state} /> },
  { id: "template", title: "Template", cell: (row) => row.template },
  { id: "owner", title: "Owner", cell: (row) => row.owner },
  { id: "project", title: "Project", cell: (row) => row.project ?? "", isExtra: true },
  { id: "pool", title: "Pool", cell: (row) => row.pool },
  {
    id: "price",
    title: "A day",
    cell: (row) => money(row.price.perDay, row.price.currency),
    text: (row) => `${row.price.perDay} ${row.price.currency}`,
    width: 0.8,
  },
  { id: "endsAt", title: "Lease ends", cell: (row) => <When at={row.endsAt} />, sort: "endsAt" },
  { id: "createdAt", title: "Made", cell: (row) => <When at={row.createdAt} />, sort: "createdAt", isExtra: true },
];

const BULK: readonly BulkAction<Row>[] = [
  {
    verb: "delete",
    label: "Delete",
    operation: "deleteService",
    input: (row) => ({ params: { id: row.id } }),
    danger: true,
    lost: "their servers and everything on their disks.",
    kept: "their requests with their stories.",
  },
];

/** Services that the caller sees. */
export function ServicesPage() {
  return (
    <ListPage
      title="Services"
      operation="listServices"
      columns={COLUMNS}
      filters={["state"]}
      groupBy={["state", "template", "owner", "project", "pool"]}
      bulk={BULK}
      rowHref={(row) => hrefOf("service", row.id)}
      actions={<LinkButton to="/catalog">Ask for a service</LinkButton>}
      empty={{
        title: "No services yet",
        text: "A service is made when a request for it was approved.",
        action: <LinkButton to="/catalog">Open the catalogue</LinkButton>,
      }}
    />
  );
}
