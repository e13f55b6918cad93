import { Alert, Modal, ModalBody, ModalHeader, Spinner } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { money } from "../../kit/money.ts";
import { ProblemNote } from "../../kit/problem.tsx";

export interface PlaceDialogProps {
  readonly text: string;
  readonly onClose: () => void;
}

/** Where the servers of what is drawn would land just now, or why they would not. Reserves nothing. */
export function PlaceDialog({ text, onClose }: PlaceDialogProps) {
  const placed = useApi("placeTemplate", { body: { document: text } }, { staleMs: 0 });
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-label="Test placement">
      <ModalHeader
        title="Where it would land now"
        description="In the pool default, for 30 days. Nothing is reserved."
      />
      <ModalBody>
        {placed.error !== null && <ProblemNote error={placed.error} />}
        {placed.isLoading && <Spinner aria-label="Placing" />}
        {placed.data !== undefined && <Answer {...placed.data} />}
      </ModalBody>
    </Modal>
  );
}

function Answer({ fits, pool, servers, reasons, price }: OutputOf<"placeTemplate">) {
  if (!fits) {
    return (
      <Alert variant="warning" isInline title="It does not fit" component="h2">
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </Alert>
    );
  }
  return (
    <div className="berth-stack">
      <Alert
        variant="success"
        isInline
        component="h2"
        title={`It fits in pool ${pool}, for ${money(price.perDay, price.currency)} a day`}
      />
      <Table variant="compact" aria-label="Where each server would land">
        <Thead>
          <Tr>
            <Th>Server</Th>
            <Th>Kind</Th>
            <Th>On</Th>
            <Th>Why there</Th>
          </Tr>
        </Thead>
        <Tbody>
          {servers.map(({ server, kind, on, reasons: why }) => (
            <Tr key={server}>
              <Td dataLabel="Server">{server}</Td>
              <Td dataLabel="Kind">{kind}</Td>
              <Td dataLabel="On">{on}</Td>
              <Td dataLabel="Why there">{why.find(({ candidate }) => candidate === on)?.why ?? ""}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  );
}
