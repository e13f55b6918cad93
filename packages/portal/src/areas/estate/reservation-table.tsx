import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { ItemOf } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { memoryText } from "../../kit/size-rules.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

type Reservation = ItemOf<"listReservations">;

/** Who holds what of a pool, and until when. */
export function ReservationTable({ reservations }: { readonly reservations: readonly Reservation[] }) {
  if (reservations.length === 0) return <p className="berth-muted">Nothing of it is promised to anybody.</p>;
  return (
    <Table aria-label="Reservations" variant="compact">
      <Thead>
        <Tr>
          <Th>Service</Th>
          <Th>Server</Th>
          <Th>On</Th>
          <Th>Size</Th>
          <Th>From</Th>
          <Th>Until</Th>
        </Tr>
      </Thead>
      <Tbody>
        {reservations.map((reservation) => (
          <Tr key={reservation.id}>
            <Td dataLabel="Service">
              <ObjectLink kind="service" id={reservation.holder} />
            </Td>
            <Td dataLabel="Server">
              <ObjectLink kind="server" id={reservation.server} />
            </Td>
            <Td dataLabel="On">
              <ObjectLink kind={reservation.kind === "physical" ? "machine" : "host"} id={reservation.on} />
            </Td>
            <Td dataLabel="Size">
              {reservation.cores} cores, {memoryText(reservation.memoryMiB)}, {reservation.storageGiB} GiB
            </Td>
            <Td dataLabel="From">
              <When at={reservation.startsAt} />
            </Td>
            <Td dataLabel="Until">
              <When at={reservation.endsAt} /> {reservation.isOverdue && <State value="overdue" tone="bad" />}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
