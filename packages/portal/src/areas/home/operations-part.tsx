import { type ItemOf, useApi } from "../../api/queries.ts";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { Panel } from "../../kit/panel.tsx";
import type { ObjectKind } from "../../kit/paths.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

const MOST = 8;
/** Their workflow waits for the end of a lease, for as long as the lease lasts: nothing to watch. */
const WATCHERS = "service-lease";

interface Trouble {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly name: string;
  readonly state: string;
  readonly text: string;
}

/** What is failing, and what is running, for whoever runs the estate. */
export function OperationsPart() {
  const running = useApi("listOperations", { query: { ended: false, limit: 50 } });
  const machines = useApi("listMachines", { query: { state: "failed", limit: MOST } });
  const unreachable = useApi("listHosts", { query: { state: "unreachable", limit: MOST } });
  const failed = useApi("listHosts", { query: { state: "failed", limit: MOST } });
  const open = (running.data?.items ?? []).filter((operation) => operation.workflow !== WATCHERS);
  const stopped = open.filter((operation) => operation.doors.length > 0);
  const busy = open.filter((operation) => operation.doors.length === 0);
  const trouble: Trouble[] = [
    ...stopped.map(troubleOfOperation),
    ...(machines.data?.items ?? []).map((machine) => ({
      id: machine.name,
      kind: "machine" as const,
      name: machine.name,
      state: machine.state,
      text: machine.stateReason ?? "",
    })),
    ...[...(unreachable.data?.items ?? []), ...(failed.data?.items ?? [])].map((host) => ({
      id: host.name,
      kind: "host" as const,
      name: host.name,
      state: host.state,
      text: "",
    })),
  ];
  return (
    <>
      <Panel title="Failing">
        {trouble.length === 0 ? (
          <p className="berth-muted">Nothing. Machines, hosts and operations are well.</p>
        ) : (
          <ul className="berth-home__rows">
            {trouble.map((one) => (
              <li key={`${one.kind} ${one.id}`} className="berth-home__row">
                <div>
                  <ObjectLink kind={one.kind} id={one.id}>
                    {one.name}
                  </ObjectLink>
                  <div className="berth-muted">{one.text}</div>
                </div>
                <State value={one.state} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel
        title="Running"
        actions={
          <LinkButton to="/operations" variant="link">
            All operations
          </LinkButton>
        }
      >
        {busy.length === 0 ? (
          <p className="berth-muted">Nothing is being done just now.</p>
        ) : (
          <ul className="berth-home__rows">
            {busy.slice(0, MOST).map((operation) => (
              <li key={operation.id} className="berth-home__row">
                <div>
                  <ObjectLink kind="operation" id={operation.id}>
                    {operation.title}
                  </ObjectLink>
                  <div className="berth-muted">
                    {operation.waitsFor === null ? "" : `waits for ${operation.waitsFor}, `}
                    <When at={operation.createdAt} />
                  </div>
                </div>
                <State value={operation.state} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}

function troubleOfOperation(operation: ItemOf<"listOperations">): Trouble {
  return {
    id: operation.id,
    kind: "operation",
    name: operation.title,
    state: operation.state,
    text: operation.error ?? "It waits for a person.",
  };
}
