import { Button, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { Facts } from "../../kit/facts.tsx";
import { When } from "../../kit/when.tsx";
import { changesOf, type Entry, otherDetails } from "./audit-rules.ts";

/** Opens one entry: before and after, and all that is known of it. */
export function AuditEntryButton({ entry }: { readonly entry: Entry }) {
  const [isOpen, setOpen] = useState(false);
  const changes = changesOf(entry);
  return (
    <>
      <Button variant="link" isInline onClick={() => setOpen(true)}>
        {changes.length === 0 ? "Look" : `${changes.length} ${changes.length === 1 ? "field" : "fields"}`}
      </Button>
      {isOpen && (
        <Modal isOpen variant="medium" onClose={() => setOpen(false)} aria-label={`Entry ${entry.id}`}>
          <ModalHeader title={`${entry.action} by ${entry.user}`} />
          <ModalBody>
            <div className="berth-stack">
              {changes.length > 0 && (
                <Table aria-label="Before and after" variant="compact">
                  <Thead>
                    <Tr>
                      <Th>Field</Th>
                      <Th>Before</Th>
                      <Th>After</Th>
                    </Tr>
                  </Thead>
                  <Tbody>
                    {changes.map(({ field, before, after }) => (
                      <Tr key={field}>
                        <Td dataLabel="Field">{field}</Td>
                        <Td dataLabel="Before">{before}</Td>
                        <Td dataLabel="After">{after}</Td>
                      </Tr>
                    ))}
                  </Tbody>
                </Table>
              )}
              <Facts
                columns={1}
                items={[
                  ["When", <When key="at" at={entry.at} exact />],
                  ["Who", entry.user],
                  ["From", entry.address],
                  ["Shown", entry.credential === null ? null : `${entry.credential.kind} ${entry.credential.id}`],
                  ["On", `${entry.objectKind} ${entry.objectName ?? ""} (${entry.objectId})`],
                  ["Outcome", entry.outcome],
                  ["Request", entry.requestId],
                  ["Place in the chain", entry.position ?? "not sealed yet"],
                  ...otherDetails(entry),
                ]}
              />
            </div>
          </ModalBody>
        </Modal>
      )}
    </>
  );
}
