import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, Dash, nameColumn, numberColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { memoryText } from "../../kit/size-rules.ts";
import { State } from "../../kit/state.tsx";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { Power } from "./power.tsx";
import "./estate.css";

type Machine = ItemOf<"listMachines">;

const COLUMNS: readonly Column<Machine>[] = [
  nameColumn("machine"),
  {
    id: "state",
    title: "State",
    sort: "state",
    width: 1.3,
    cell: ({ state, maintenance }) => <MaintainedState state={state} maintenance={maintenance} />,
    text: ({ state, maintenance }) => (maintenance ? `${state}, maintenance` : state),
  },
  {
    id: "place",
    title: "Stands in",
    cell: ({ enclosure, bay }) =>
      enclosure === null ? (
        <Dash />
      ) : (
        <ObjectLink kind="enclosure" id={enclosure}>{`${enclosure}, bay ${bay}`}</ObjectLink>
      ),
    text: ({ enclosure }) => enclosure ?? "",
  },
  {
    id: "server",
    title: "Carries",
    cell: ({ server }) => (server === null ? <Dash /> : <ObjectLink kind="server" id={server} />),
  },
  {
    id: "power",
    title: "Power",
    width: 1.6,
    cell: ({ power }) => <Power power={power} isCompact />,
    text: ({ power }) => power.observed,
  },
  { id: "health", title: "Health", cell: ({ health }) => <Health value={health} /> },
  { ...numberColumn<Machine>("cores", "Cores", ({ cores }) => cores), isExtra: true },
  textColumn("memory", "Memory", ({ memoryMiB }) => (memoryMiB === null ? null : memoryText(memoryMiB)), true),
  textColumn("model", "Model", ({ model }) => model, true),
  textColumn("serial", "Serial number", ({ serial }) => serial, true),
  textColumn("site", "Site", ({ site }) => site, true),
  createdColumn(),
];

export function MaintainedState({ state, maintenance }: { readonly state: string; readonly maintenance: boolean }) {
  return (
    <span className="estate-states">
      <State value={state} />
      {maintenance && <State value="maintenance" />}
    </span>
  );
}

export function Health({ value }: { readonly value: Machine["health"] }) {
  const tone = { ok: "good", warning: "waiting", critical: "bad", unknown: "waiting" } as const;
  return <State value={value} tone={tone[value]} />;
}

const on = (body: object) => (machine: Machine) => ({ params: { id: machine.id }, body });

const BULK: readonly BulkAction<Machine>[] = [
  { verb: "inspect", label: "Inspect", operation: "inspectMachine", input: on({}) },
  { verb: "maintenance-on", label: "Begin maintenance", operation: "maintainMachine", input: on({ state: "on" }) },
  { verb: "maintenance-off", label: "End maintenance", operation: "maintainMachine", input: on({ state: "off" }) },
  {
    verb: "retire",
    label: "Retire",
    operation: "retireMachine",
    input: on({}),
    danger: true,
    kept: "Their records, with what they served.",
    lost: "They serve nobody any more.",
  },
];

export function MachinesPage() {
  return (
    <ListPage
      title="Machines"
      operation="listMachines"
      columns={COLUMNS}
      groupBy={["state", "place", "site", "model", "health"]}
      bulk={BULK}
      rowHref={({ name }) => hrefOf("machine", name)}
      actions={
        <ForOperators>
          <LinkButton to="/estate/add-machine">Add a machine</LinkButton>
          <LinkButton to="/estate/add-machines" variant="secondary">
            Add many
          </LinkButton>
        </ForOperators>
      }
      empty={{
        title: "No machines yet",
        text: "Add one by the address of its management controller: Berth asks it what it is.",
        action: (
          <ForOperators>
            <LinkButton to="/estate/add-machine">Add a machine</LinkButton>
          </ForOperators>
        ),
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
