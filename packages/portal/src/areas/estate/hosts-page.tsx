import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { When } from "../../kit/when.tsx";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { MaintainedState } from "./machines-page.tsx";
import { MeterCell } from "./meter-cell.tsx";

type Host = ItemOf<"listHosts">;
const MIB_PER_GIB = 1024;

const COLUMNS: readonly Column<Host>[] = [
  nameColumn("host"),
  {
    id: "state",
    title: "State",
    sort: "state",
    width: 1.3,
    cell: ({ state, maintenance }) => <MaintainedState state={state} maintenance={maintenance} />,
    text: ({ state, maintenance }) => (maintenance ? `${state}, maintenance` : state),
  },
  textColumn("hypervisor", "Hypervisor", ({ hypervisor, hypervisorVersion }) =>
    hypervisor === null ? null : `${hypervisor} ${hypervisorVersion ?? ""}`.trimEnd(),
  ),
  textColumn("technique", "Technique", ({ technique }) => technique, true),
  {
    id: "cores",
    title: "Cores promised",
    cell: ({ cores, promised }) => <MeterCell label="Cores" used={promised.cores} total={cores ?? 0} />,
    text: ({ cores, promised }) => `${promised.cores} of ${cores ?? 0}`,
  },
  {
    id: "memory",
    title: "Memory promised",
    width: 1.3,
    cell: ({ memoryMiB, promised }) => (
      <MeterCell
        label="Memory"
        used={promised.memoryMiB / MIB_PER_GIB}
        total={(memoryMiB ?? 0) / MIB_PER_GIB}
        unit="GiB"
      />
    ),
    text: ({ memoryMiB, promised }) => `${promised.memoryMiB} of ${memoryMiB ?? 0} MiB`,
  },
  { id: "observedAt", title: "Seen", cell: ({ observedAt }) => <When at={observedAt} /> },
  textColumn("site", "Site", ({ site }) => site, true),
  createdColumn(),
];

const on = (body: object) => (host: Host) => ({ params: { id: host.id }, body });
const BULK: readonly BulkAction<Host>[] = [
  { verb: "refresh", label: "Ask again", operation: "refreshHost", input: on({}) },
  { verb: "maintenance-on", label: "Begin maintenance", operation: "maintainHost", input: on({ state: "on" }) },
  { verb: "maintenance-off", label: "End maintenance", operation: "maintainHost", input: on({ state: "off" }) },
];

const ADD = (
  <ForOperators>
    <LinkButton to="/estate/add-host">Add a host</LinkButton>
  </ForOperators>
);

export function HostsPage() {
  return (
    <ListPage
      title="Hosts"
      operation="listHosts"
      columns={COLUMNS}
      groupBy={["state", "site", "hypervisor"]}
      bulk={BULK}
      rowHref={({ name }) => hrefOf("host", name)}
      actions={ADD}
      empty={{
        title: "No hosts yet",
        text: "A host is a computer that runs a hypervisor: virtual servers land there.",
        action: ADD,
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
