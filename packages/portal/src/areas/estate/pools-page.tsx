import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, numberColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { MeterCell } from "./meter-cell.tsx";

type Pool = ItemOf<"listPools">;
const MIB_PER_GIB = 1024;

const COLUMNS: readonly Column<Pool>[] = [
  nameColumn("pool"),
  textColumn("goal", "Goal", ({ goal }) => goal),
  numberColumn("order", "Order", ({ order }) => order),
  {
    id: "machines",
    title: "Machines promised",
    cell: ({ promised, total }) => <MeterCell label="Machines" used={promised.machines} total={total.machines} />,
    text: ({ promised, total }) => `${promised.machines} of ${total.machines}`,
  },
  {
    id: "cores",
    title: "Cores promised",
    cell: ({ promised, total }) => <MeterCell label="Cores" used={promised.cores} total={total.cores} />,
    text: ({ promised, total }) => `${promised.cores} of ${total.cores}`,
  },
  {
    id: "memory",
    title: "Memory promised",
    cell: ({ promised, total }) => (
      <MeterCell
        label="Memory"
        used={promised.memoryMiB / MIB_PER_GIB}
        total={total.memoryMiB / MIB_PER_GIB}
        unit="GiB"
      />
    ),
    text: ({ promised, total }) => `${promised.memoryMiB} of ${total.memoryMiB} MiB`,
  },
  {
    id: "storage",
    title: "Storage promised",
    cell: ({ promised, total }) => (
      <MeterCell label="Storage" used={promised.storageGiB} total={total.storageGiB} unit="GiB" />
    ),
    text: ({ promised, total }) => `${promised.storageGiB} of ${total.storageGiB} GiB`,
  },
  createdColumn(),
];

const ADD = (
  <ForOperators>
    <LinkButton to="/estate/add/pool">Make a pool</LinkButton>
  </ForOperators>
);

export function PoolsPage() {
  return (
    <ListPage
      title="Pools"
      operation="listPools"
      columns={COLUMNS}
      groupBy={["goal"]}
      rowHref={({ name }) => hrefOf("pool", name)}
      actions={
        <>
          {ADD}
          <LinkButton to="/estate/reservations" variant="secondary">
            What is promised
          </LinkButton>
        </>
      }
      empty={{
        title: "No pools yet",
        text: "A pool holds machines and hosts that may be used together, and says by whom.",
        action: ADD,
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
