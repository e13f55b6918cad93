import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { ObjectLink } from "../../kit/link.tsx";
import { memoryText } from "../../kit/size-rules.ts";
import type { Request } from "./story-rules.ts";

/** What a request holds: each server, where it will land, and its share. */
export function ReservedTable({ reserved }: { readonly reserved: Request["reserved"] }) {
  return (
    <Table variant="compact" aria-label="Reserved servers">
      <Thead>
        <Tr>
          <Th modifier="nowrap">Server</Th>
          <Th modifier="nowrap">Host name</Th>
          <Th>Where</Th>
          <Th>Addresses</Th>
          <Th>Size</Th>
        </Tr>
      </Thead>
      <Tbody>
        {reserved.map((server) => (
          <Tr key={server.id}>
            <Td dataLabel="Server" modifier="nowrap">
              <ObjectLink kind="server" id={server.id}>
                {server.name}
              </ObjectLink>
            </Td>
            <Td dataLabel="Host name">{server.hostname}</Td>
            <Td dataLabel="Where">{`${server.kind}, on ${server.on}`}</Td>
            <Td dataLabel="Addresses">
              {server.addresses.map((address) => `${address.ip} (${address.network})`).join(", ")}
            </Td>
            <Td dataLabel="Size">
              {`${server.cores} ${server.cores === 1 ? "core" : "cores"}, ${memoryText(server.memoryMiB)}, ${server.disks.reduce((sum, disk) => sum + disk.sizeGiB, 0)} GiB`}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
