import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, numberColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";

type Site = ItemOf<"listSites">;

const COLUMNS: readonly Column<Site>[] = [
  nameColumn("site"),
  textColumn("dial", "Reached", ({ dial }) =>
    dial.kind === "direct" ? "directly" : `through the edge at ${dial.socket}`,
  ),
  numberColumn("machines", "Machines", ({ machines }) => machines),
  numberColumn("hosts", "Hosts", ({ hosts }) => hosts),
  numberColumn("networks", "Networks", ({ networks }) => networks),
  createdColumn(),
];

const ADD = (
  <ForOperators>
    <LinkButton to="/estate/add/site">Add a site</LinkButton>
  </ForOperators>
);

export function SitesPage() {
  return (
    <ListPage
      title="Sites"
      operation="listSites"
      columns={COLUMNS}
      rowHref={({ name }) => hrefOf("site", name)}
      actions={ADD}
      empty={{
        title: "No sites yet",
        text: "Everything stands at a site: it says how the controller reaches what is there.",
        action: ADD,
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
