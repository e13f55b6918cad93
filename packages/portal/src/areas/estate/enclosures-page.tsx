import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { MeterCell } from "./meter-cell.tsx";

type Enclosure = ItemOf<"listEnclosures">;

const COLUMNS: readonly Column<Enclosure>[] = [
  nameColumn("enclosure"),
  { id: "site", title: "Site", cell: ({ site }) => <ObjectLink kind="site" id={site} /> },
  textColumn("model", "Model", ({ model }) => model),
  {
    id: "filled",
    title: "Bays",
    cell: ({ bays, filled }) => <MeterCell label="Filled" used={filled} total={bays} />,
    text: ({ bays, filled }) => `${filled} of ${bays}`,
  },
  createdColumn(),
];

const ADD = (
  <ForOperators>
    <LinkButton to="/estate/add/enclosure">Add an enclosure</LinkButton>
  </ForOperators>
);

export function EnclosuresPage() {
  return (
    <ListPage
      title="Enclosures"
      operation="listEnclosures"
      columns={COLUMNS}
      groupBy={["site", "model"]}
      rowHref={({ name }) => hrefOf("enclosure", name)}
      actions={ADD}
      empty={{
        title: "No enclosures yet",
        text: "Blades stand in the bays of an enclosure; other machines need none.",
        action: ADD,
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
