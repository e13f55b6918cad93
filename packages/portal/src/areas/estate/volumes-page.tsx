import type { ItemOf } from "../../api/queries.ts";
import { Dash, numberColumn, textColumn } from "../../kit/columns.tsx";
import { ObjectLink } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { EstateTabs } from "./estate-page.tsx";

type Volume = ItemOf<"listVolumes">;

const COLUMNS: readonly Column<Volume>[] = [
  { id: "name", title: "Name", sort: "name", cell: ({ name }) => name },
  {
    id: "state",
    title: "State",
    cell: ({ state }) => <State value={state} tone={state === "present" ? "good" : "idle"} />,
  },
  textColumn("disk", "Disk", ({ disk }) => disk),
  textColumn("role", "Use", ({ role }) => role),
  numberColumn("sizeGiB", "Size (GiB)", ({ sizeGiB }) => sizeGiB),
  {
    id: "place",
    title: "On",
    cell: ({ host, machine }) => {
      if (host !== null) return <ObjectLink kind="host" id={host} />;
      return machine === null ? <Dash /> : <ObjectLink kind="machine" id={machine} />;
    },
    text: ({ host, machine }) => host ?? machine ?? "",
  },
  {
    id: "servers",
    title: "Servers",
    cell: ({ servers }) =>
      servers.length === 0 ? (
        <Dash />
      ) : (
        servers.map((server, i) => (
          <span key={server}>
            {i > 0 && ", "}
            <ObjectLink kind="server" id={server} />
          </span>
        ))
      ),
    text: ({ servers }) => servers.join(" "),
  },
  { id: "endsAt", title: "Until", cell: ({ endsAt }) => <When at={endsAt} /> },
];

export function VolumesPage() {
  return (
    <ListPage
      title="Volumes"
      operation="listVolumes"
      columns={COLUMNS}
      groupBy={["place", "role", "state"]}
      empty={{
        title: "No volumes yet",
        text: "They are made with servers: each has at least the disk that it starts from.",
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
