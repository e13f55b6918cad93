import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { ItemOf } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

/** Where somebody is signed in; each session can be ended. */
export function SessionTable({ sessions }: { readonly sessions: readonly ItemOf<"listSessions">[] }) {
  if (sessions.length === 0) return <p className="berth-muted">Nowhere just now.</p>;
  return (
    <Table aria-label="Sessions" variant="compact">
      <Thead>
        <Tr>
          <Th>From</Th>
          <Th width={40}>Browser</Th>
          <Th>Began</Th>
          <Th>Last seen</Th>
          <Th>Ends</Th>
          <Th screenReaderText="Actions" />
        </Tr>
      </Thead>
      <Tbody>
        {sessions.map((session) => (
          <Tr key={session.id}>
            <Td dataLabel="From">
              {session.address ?? "–"} {session.current && <State value="this one" tone="good" />}
            </Td>
            <Td dataLabel="Browser" modifier="truncate">
              {session.userAgent ?? "–"}
            </Td>
            <Td dataLabel="Began">
              <When at={session.createdAt} />
            </Td>
            <Td dataLabel="Last seen">
              <When at={session.lastSeenAt} />
            </Td>
            <Td dataLabel="Ends">
              <When at={session.expiresAt} />
            </Td>
            <Td dataLabel="Actions">
              <Actions
                subject={{ kind: "session", name: session.address ?? "this session" }}
                allowed={["revoke"]}
                verbs={[
                  {
                    verb: "revoke",
                    label: "End session",
                    operation: "revokeSession",
                    input: { params: { id: session.id } },
                    danger: true,
                    primary: false,
                    lost: session.current
                      ? "This is the session that you use just now."
                      : "Whoever uses it has to sign in again.",
                  },
                ]}
              />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
