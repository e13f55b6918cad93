import type { ItemOf } from "../../api/queries.ts";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { memoryText } from "../../kit/size-rules.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

type Row = ItemOf<"listServers">;

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "name",
    title: "Name",
    cell: (row) => row.name,
    sort: "name",
    width: 1.5,
  },
  { id: "state", title: "State", cell: (row) => <State value={row.state} /> },
  {
    id: "power",
    title: "Power, seen",
    // What nobody has looked at yet is not in doubt.
    cell: (row) =>
      row.power.observedAt === null ? "–" : <State value={row.power.observed} since={row.power.observedAt} />,
    text: (row) => row.power.observed,
  },
  { id: "kind", title: "Kind", cell: (row) => row.kind, width: 0.7 },
  { id: "service", title: "Service", cell: (row) => <ObjectLink kind="service" id={row.service} /> },
  { id: "group", title: "Group", cell: (row) => row.group, isExtra: true },
  { id: "hostname", title: "Host name", cell: (row) => row.hostname, isExtra: true },
  { id: "address", title: "Address", cell: (row) => row.address ?? "" },
  { id: "on", title: "On", cell: (row) => row.on ?? "" },
  { id: "cores", title: "Cores", cell: (row) => row.cores, width: 0.5, isExtra: true },
  {
    id: "memory",
    title: "Memory",
    cell: (row) => memoryText(row.memoryMiB),
    text: (row) => String(row.memoryMiB),
    isExtra: true,
  },
  { id: "project", title: "Project", cell: (row) => row.project ?? "", isExtra: true },
  { id: "createdAt", title: "Made", cell: (row) => <When at={row.createdAt} />, sort: "createdAt", isExtra: true },
];

const body = {};
const BULK: readonly BulkAction<Row>[] = [
  { verb: "start", label: "Start", operation: "startServer", input: ({ id }) => ({ params: { id }, body }) },
  {
    verb: "stop",
    label: "Stop",
    operation: "stopServer",
    input: ({ id }) => ({ params: { id }, body }),
    danger: true,
    lost: "what runs on them and is not written to a disk.",
    kept: "their disks, addresses and places.",
  },
  {
    verb: "restart",
    label: "Restart",
    operation: "restartServer",
    input: ({ id }) => ({ params: { id }, body }),
    danger: true,
    lost: "what runs on them and is not written to a disk.",
    kept: "their disks, addresses and places.",
  },
];

/** Logical servers, physical and virtual alike, with the same actions. */
export function ServersPage() {
  return (
    <ListPage
      title="Servers"
      operation="listServers"
      columns={COLUMNS}
      filters={["state", "kind"]}
      groupBy={["service", "group", "state", "kind", "on", "project"]}
      bulk={BULK}
      rowHref={(row) => hrefOf("server", row.id)}
      empty={{
        title: "No servers yet",
        text: "Servers come with services. Ask for one in the catalogue.",
        action: <LinkButton to="/catalog">Open the catalogue</LinkButton>,
      }}
    />
  );
}
