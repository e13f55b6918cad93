import type { ItemOf } from "../../api/queries.ts";
import { numberColumn, textColumn } from "../../kit/columns.tsx";
import { ObjectLink } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { memoryText } from "../../kit/size-rules.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { ESTATE } from "./estate-page.tsx";

type Reservation = ItemOf<"listReservations">;

const COLUMNS: readonly Column<Reservation>[] = [
  { id: "server", title: "Server", sort: "server", cell: ({ server }) => <ObjectLink kind="server" id={server} /> },
  { id: "holder", title: "Service", cell: ({ holder }) => <ObjectLink kind="service" id={holder} /> },
  { id: "pool", title: "Pool", cell: ({ pool }) => <ObjectLink kind="pool" id={pool} /> },
  {
    id: "on",
    title: "On",
    cell: ({ on, kind }) => <ObjectLink kind={kind === "physical" ? "machine" : "host"} id={on} />,
  },
  numberColumn("cores", "Cores", ({ cores }) => cores),
  textColumn("memory", "Memory", ({ memoryMiB }) => memoryText(memoryMiB)),
  numberColumn("storageGiB", "Storage (GiB)", ({ storageGiB }) => storageGiB),
  { id: "startsAt", title: "From", sort: "startsAt", cell: ({ startsAt }) => <When at={startsAt} /> },
  {
    id: "endsAt",
    title: "Until",
    sort: "endsAt",
    cell: ({ endsAt, isOverdue }) => (
      <>
        <When at={endsAt} /> {isOverdue && <State value="overdue" tone="bad" />}
      </>
    ),
  },
];

/** What is promised, to whom, and until when, over all pools. */
export function ReservationsPage() {
  return (
    <ListPage
      title="What is promised"
      crumbs={[ESTATE, { title: "Pools", to: "/estate/pools" }]}
      operation="listReservations"
      columns={COLUMNS}
      groupBy={["holder", "pool", "on"]}
      empty={{
        title: "Nothing is promised",
        text: "Each request that is submitted holds what it needs, from then to its end.",
      }}
    />
  );
}
