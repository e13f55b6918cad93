import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useApi } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { memoryText } from "../../kit/size-rules.ts";
import { State } from "../../kit/state.tsx";
import { Power } from "./power.tsx";

const SHOWN = 200;

/** The logical servers that have landed on a machine or host. */
export function ServersPanel({ on, title }: { readonly on: string; readonly title: string }) {
  const servers = useApi("listServers", { query: { on, limit: SHOWN } });
  return (
    <Panel title={title}>
      <Loaded query={servers}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p className="berth-muted">None just now.</p>
          ) : (
            <>
              <Table aria-label={title} variant="compact">
                <Thead>
                  <Tr>
                    <Th>Name</Th>
                    <Th>State</Th>
                    <Th>Power</Th>
                    <Th>Service</Th>
                    <Th>Cores</Th>
                    <Th>Memory</Th>
                    <Th>Address</Th>
                  </Tr>
                </Thead>
                <Tbody>
                  {items.map((server) => (
                    <Tr key={server.id}>
                      <Td dataLabel="Name">
                        <ObjectLink kind="server" id={server.id}>
                          {server.name}
                        </ObjectLink>
                      </Td>
                      <Td dataLabel="State">
                        <State value={server.state} />
                      </Td>
                      <Td dataLabel="Power">
                        <Power power={server.power} />
                      </Td>
                      <Td dataLabel="Service">
                        <ObjectLink kind="service" id={server.service} />
                      </Td>
                      <Td dataLabel="Cores">{server.cores}</Td>
                      <Td dataLabel="Memory">{memoryText(server.memoryMiB)}</Td>
                      <Td dataLabel="Address">{server.address ?? "–"}</Td>
                    </Tr>
                  ))}
                </Tbody>
              </Table>
              {next !== undefined && <p className="berth-muted">These are the first {SHOWN}.</p>}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
