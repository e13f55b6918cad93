import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, numberColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { MeterCell } from "./meter-cell.tsx";

type Network = ItemOf<"listNetworks">;

const COLUMNS: readonly Column<Network>[] = [
  nameColumn("network"),
  { id: "site", title: "Site", cell: ({ site }) => <ObjectLink kind="site" id={site} /> },
  textColumn("cidr", "Addresses", ({ cidr }) => cidr),
  numberColumn("vlan", "VLAN", ({ vlan }) => vlan),
  textColumn("gateway", "Gateway", ({ gateway }) => gateway),
  textColumn("pxe", "Boots machines", ({ pxe }) => (pxe ? "yes" : "no")),
  {
    id: "held",
    title: "Addresses held",
    width: 1.4,
    cell: ({ addresses }) => <MeterCell label="Held" used={addresses.held} total={addresses.automatic} />,
    text: ({ addresses }) => `${addresses.held} of ${addresses.automatic}`,
  },
  textColumn("domain", "Domain", ({ domain }) => domain, true),
  createdColumn(),
];

const ADD = (
  <ForOperators>
    <LinkButton to="/estate/add/network">Add a network</LinkButton>
  </ForOperators>
);

export function NetworksPage() {
  return (
    <ListPage
      title="Networks"
      operation="listNetworks"
      columns={COLUMNS}
      groupBy={["site", "pxe"]}
      rowHref={({ name }) => hrefOf("network", name)}
      actions={ADD}
      empty={{
        title: "No networks yet",
        text: "Servers join networks and are given addresses from their ranges.",
        action: ADD,
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
