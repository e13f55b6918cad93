import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { OutputOf } from "../../api/queries.ts";

type Server = OutputOf<"getServer">;

export function NicTable({ nics }: { readonly nics: Server["nics"] }) {
  return (
    <Table variant="compact" aria-label="Network interfaces">
      <Thead>
        <Tr>
          <Th>Network</Th>
          <Th>Address</Th>
          <Th>MAC</Th>
        </Tr>
      </Thead>
      <Tbody>
        {nics.map((nic) => (
          <Tr key={nic.mac}>
            <Td dataLabel="Network">{nic.network}</Td>
            <Td dataLabel="Address">{nic.ip ?? "by DHCP"}</Td>
            <Td dataLabel="MAC" className="berth-mono">
              {nic.mac}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

export function DiskTable({ disks }: { readonly disks: Server["disks"] }) {
  return (
    <Table variant="compact" aria-label="Disks">
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>Size</Th>
          <Th>For</Th>
        </Tr>
      </Thead>
      <Tbody>
        {disks.map((disk) => (
          <Tr key={disk.name}>
            <Td dataLabel="Name">{disk.name}</Td>
            <Td dataLabel="Size">{disk.sizeGiB} GiB</Td>
            <Td dataLabel="For">{disk.role}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
