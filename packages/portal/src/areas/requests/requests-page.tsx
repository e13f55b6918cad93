import type { ItemOf } from "../../api/queries.ts";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { money } from "../../kit/money.ts";
import { hrefOf } from "../../kit/paths.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { countOfServers, holdings } from "./story-rules.ts";

type Row = ItemOf<"listRequests">;

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "service",
    title: "Service",
    cell: (row) => row.service,
    width: 1.4,
  },
  { id: "state", title: "State", cell: (row) => <State value={row.state} /> },
  { id: "template", title: "Template", cell: (row) => row.template },
  { id: "requester", title: "Asked by", cell: (row) => row.requester },
  { id: "project", title: "Project", cell: (row) => row.project ?? "", isExtra: true },
  { id: "pool", title: "Pool", cell: (row) => row.pool, isExtra: true },
  {
    id: "servers",
    title: "Servers",
    cell: (row) => countOfServers(holdings(row.reserved)),
    text: (row) => countOfServers(holdings(row.reserved)),
    width: 1.4,
    isExtra: true,
  },
  {
    id: "price",
    title: "A day",
    cell: (row) => money(row.price.perDay, row.price.currency),
    text: (row) => `${row.price.perDay} ${row.price.currency}`,
    width: 0.8,
  },
  { id: "createdAt", title: "Asked", cell: (row) => <When at={row.createdAt} />, sort: "createdAt" },
  { id: "startsAt", title: "From", cell: (row) => <When at={row.startsAt} />, sort: "startsAt", isExtra: true },
  { id: "endsAt", title: "Until", cell: (row) => <When at={row.endsAt} exact />, sort: "endsAt", width: 1.3 },
];

/** Requests that the caller sees. */
export function RequestsPage() {
  return (
    <ListPage
      title="Requests"
      operation="listRequests"
      columns={COLUMNS}
      filters={["state"]}
      groupBy={["state", "template", "requester", "project", "pool"]}
      rowHref={(row) => hrefOf("request", row.id)}
      actions={<LinkButton to="/catalog">Ask for a service</LinkButton>}
      empty={{
        title: "No requests yet",
        text: "Choose a service in the catalogue: you see its price before you ask.",
        action: <LinkButton to="/catalog">Open the catalogue</LinkButton>,
      }}
    />
  );
}
