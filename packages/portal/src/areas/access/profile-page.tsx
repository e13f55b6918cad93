import { Button } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useState } from "react";
import { type OutputOf, useAct, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { FormButton } from "../../kit/form-button.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { SecretDialog } from "../../kit/secret-dialog.tsx";
import { When } from "../../kit/when.tsx";
import { EntitlementPanel } from "./entitlement-panel.tsx";
import { SessionTable } from "./session-table.tsx";

/** What everybody sees and keeps of his own: roles, limits, password, tokens, sessions. */
export function ProfilePage() {
  const me = useApi("whoami");
  return (
    <Loaded query={me}>
      {(data) => (
        <Page title="Profile" subtitle={`Signed in as ${data.name}`}>
          <div className="berth-stack">
            <WhoPanel me={data} />
            <EntitlementPanel />
            <TokensPanel />
            <SessionsPanel />
          </div>
        </Page>
      )}
    </Loaded>
  );
}

function WhoPanel({ me }: { readonly me: OutputOf<"whoami"> }) {
  const grants = me.grants.filter(({ on }) => on !== "everything");
  return (
    <Panel
      title="Who you are"
      actions={
        me.source === "local" ? (
          <FormButton
            label="Change password"
            title={me.name}
            operation="changePassword"
            input={{}}
            note="All your sessions end, this one too; tokens stay."
          />
        ) : undefined
      }
    >
      <Facts
        items={[
          ["Name", me.displayName ?? me.name],
          ["Mail", me.email],
          ["Roles on everything", me.roles.join(", ")],
          ["Roles on parts", grants.map(({ role, on, name }) => `${role} on ${on} ${name}`).join(", ") || null],
          ["Groups", me.groups.map(({ name }) => name).join(", ") || null],
        ]}
      />
    </Panel>
  );
}

function TokensPanel() {
  const tokens = useApi("listTokens", { query: { limit: 200 } });
  const [made, setMade] = useState<OutputOf<"createToken"> | null>(null);
  return (
    <Panel
      title="API tokens"
      actions={
        <FormButton
          label="Make a token"
          title="for the command line, scripts and other programs"
          operation="createToken"
          input={{}}
          onDone={(answer) => setMade(answer as OutputOf<"createToken">)}
        />
      }
    >
      <Loaded query={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="berth-muted">None: programs can't do anything in your name.</p>
          ) : (
            <Table aria-label="API tokens" variant="compact">
              <Thead>
                <Tr>
                  <Th>Name</Th>
                  <Th>May</Th>
                  <Th>Made</Th>
                  <Th>Last used</Th>
                  <Th>Ends</Th>
                  <Th screenReaderText="Actions" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((token) => (
                  <Tr key={token.id}>
                    <Td dataLabel="Name">{token.name}</Td>
                    <Td dataLabel="May">{token.scope === "read" ? "only read" : "all that you may"}</Td>
                    <Td dataLabel="Made">
                      <When at={token.createdAt} />
                    </Td>
                    <Td dataLabel="Last used">
                      <When at={token.lastUsedAt} />
                    </Td>
                    <Td dataLabel="Ends">
                      {token.expiresAt === null ? "not by itself" : <When at={token.expiresAt} />}
                    </Td>
                    <Td dataLabel="Actions">
                      <Actions
                        subject={{ kind: "token", name: token.name }}
                        allowed={["revoke"]}
                        verbs={[
                          {
                            verb: "revoke",
                            label: "Revoke",
                            operation: "revokeToken",
                            input: { params: { id: token.id } },
                            danger: true,
                            primary: false,
                            lost: `Programs that use ${token.name} are let in no more.`,
                          },
                        ]}
                      />
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )
        }
      </Loaded>
      {made !== null && (
        <SecretDialog
          title={`Token ${made.name}`}
          text="It is shown this once: whoever has it may act as you."
          secret={made.token}
          onClose={() => setMade(null)}
        />
      )}
    </Panel>
  );
}

function SessionsPanel() {
  const sessions = useApi("listSessions", { query: { limit: 200 } });
  const others = useAct("revokeOtherSessions");
  return (
    <Panel
      title="Where you are signed in"
      actions={
        <Button variant="secondary" size="sm" isDisabled={others.isPending} onClick={() => others.mutate({})}>
          End all others
        </Button>
      }
    >
      <Loaded query={sessions}>{({ items }) => <SessionTable sessions={items} />}</Loaded>
    </Panel>
  );
}
