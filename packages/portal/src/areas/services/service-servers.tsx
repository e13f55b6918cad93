import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { OutputOf } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { State } from "../../kit/state.tsx";

/** The servers of a service, physical and virtual alike. */
export function ServiceServers({ servers }: { readonly servers: OutputOf<"getService">["servers"] }) {
  return (
    <Table variant="compact" aria-label="Servers of the service">
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>State</Th>
          <Th>Power</Th>
          <Th>Kind</Th>
          <Th>On</Th>
          <Th>Address</Th>
        </Tr>
      </Thead>
      <Tbody>
        {servers.map((server) => (
          <Tr key={server.id}>
            <Td dataLabel="Name">
              <ObjectLink kind="server" id={server.id}>
                {server.name}
              </ObjectLink>
              <br />
              <span className="berth-muted">{server.hostname}</span>
            </Td>
            <Td dataLabel="State">
              <State value={server.state} />
            </Td>
            <Td dataLabel="Power">
              <State value={server.power.observed} since={server.power.observedAt} />
            </Td>
            <Td dataLabel="Kind">{server.kind}</Td>
            <Td dataLabel="On">{server.on ?? "–"}</Td>
            <Td dataLabel="Address">{server.address ?? "–"}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
