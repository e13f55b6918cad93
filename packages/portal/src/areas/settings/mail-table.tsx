import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { ItemOf } from "../../api/queries.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

const TONES = { waiting: "waiting", sent: "good", "given-up": "bad" } as const;

export function MailTable({ mails }: { readonly mails: readonly ItemOf<"listMails">[] }) {
  if (mails.length === 0) return <p className="berth-muted">None yet.</p>;
  return (
    <Table aria-label="Mails" variant="compact">
      <Thead>
        <Tr>
          <Th>To</Th>
          <Th>Subject</Th>
          <Th>State</Th>
          <Th>Written</Th>
          <Th>What happened</Th>
        </Tr>
      </Thead>
      <Tbody>
        {mails.map((mail) => (
          <Tr key={mail.id}>
            <Td dataLabel="To">{mail.to}</Td>
            <Td dataLabel="Subject">{mail.subject}</Td>
            <Td dataLabel="State">
              <State value={mail.state} tone={TONES[mail.state]} />
            </Td>
            <Td dataLabel="Written">
              <When at={mail.createdAt} />
            </Td>
            <Td dataLabel="What happened">
              {mail.sentAt !== null && (
                <>
                  sent <When at={mail.sentAt} />
                </>
              )}
              {mail.error !== null && ` attempt ${mail.attempts}: ${mail.error}`}
              {mail.nextAttemptAt !== null && (
                <>
                  ; again <When at={mail.nextAttemptAt} />
                </>
              )}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
