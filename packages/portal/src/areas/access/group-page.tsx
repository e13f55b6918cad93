import { Button, FormGroup } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { type OutputOf, useAct, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { LinkButton, ObjectLink, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { pickOne } from "../../kit/pickers.tsx";
import { Loaded, ProblemNote } from "../../kit/problem.tsx";
import { ACCESS } from "./access-tabs.tsx";
import { GrantsPanel } from "./grants-panel.tsx";

type Group = OutputOf<"getGroup">;

const CRUMBS = [ACCESS, { title: "Groups", to: "/access/groups" }];
const SOURCES = { hand: "by hand", ldap: "from the directory", oidc: "from the OpenID provider" } as const;

export function GroupPage() {
  const name = useParam("id");
  const navigate = useNavigate();
  const group = useApi("getGroup", { params: { name } });
  return (
    <Loaded query={group}>
      {(data) => (
        <Page
          title={data.name}
          crumbs={CRUMBS}
          subtitle={data.external === null ? undefined : `Called ${data.external} in the directory or token`}
          actions={
            <>
              <LinkButton to={`/access/edit/group/${encodeURIComponent(data.name)}`} variant="secondary">
                Edit
              </LinkButton>
              <Actions
                subject={{ kind: "group", name: data.name }}
                allowed={["delete"]}
                verbs={[
                  {
                    verb: "delete",
                    label: "Delete",
                    operation: "deleteGroup",
                    input: { params: { name: data.name } },
                    danger: true,
                    primary: false,
                    kept: `Its ${data.memberCount} members stay users.`,
                    lost: "The roles that they have through it.",
                    onDone: () => void navigate({ to: "/access/groups" }),
                  },
                ]}
              />
            </>
          }
        >
          <div className="berth-stack">
            <Members group={data} />
            <GrantsPanel query={{ group: data.name }} title="Roles given to this group" add={{ group: data.name }} />
          </div>
        </Page>
      )}
    </Loaded>
  );
}

function Members({ group }: { readonly group: Group }) {
  return (
    <Panel title={`Members (${group.memberCount})`}>
      <div className="berth-stack">
        <AddMember group={group.name} />
        {group.members.length === 0 ? (
          <p className="berth-muted">Nobody yet.</p>
        ) : (
          <Table aria-label="Members" variant="compact">
            <Thead>
              <Tr>
                <Th>Name</Th>
                <Th>Came in</Th>
                <Th screenReaderText="Actions" />
              </Tr>
            </Thead>
            <Tbody>
              {group.members.map((member) => (
                <Tr key={member.id}>
                  <Td dataLabel="Name">
                    <ObjectLink kind="user" id={member.name} />
                  </Td>
                  <Td dataLabel="Came in">{member.sources.map((source) => SOURCES[source]).join(", ")}</Td>
                  <Td dataLabel="Actions">
                    <Actions
                      subject={{ kind: "member", name: member.name }}
                      allowed={["remove"]}
                      verbs={[
                        {
                          verb: "remove",
                          label: "Take out",
                          operation: "removeGroupMember",
                          input: { params: { name: group.name, user: member.name } },
                          danger: true,
                          primary: false,
                          lost: `The roles that ${member.name} has through ${group.name}.`,
                        },
                      ]}
                    />
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </div>
    </Panel>
  );
}

const PickUser = pickOne("listUsers");
const FIELD = {
  name: "user",
  shape: { kind: "text", format: null },
  required: true,
  nullable: false,
  description: null,
  default: undefined,
} as const;

function AddMember({ group }: { readonly group: string }) {
  const id = useId();
  const [user, setUser] = useState("");
  const add = useAct("addGroupMember", { onDone: () => setUser("") });
  return (
    <>
      <div className="berth-row">
        <FormGroup label="Add a member" fieldId={id}>
          {PickUser({
            id,
            field: FIELD,
            value: user,
            isInvalid: add.error !== null,
            onChange: (name) => setUser(String(name ?? "")),
          })}
        </FormGroup>
        <Button
          variant="secondary"
          isDisabled={user === "" || add.isPending}
          onClick={() => add.mutate({ params: { name: group, user } })}
        >
          Add
        </Button>
      </div>
      {add.error !== null && <ProblemNote error={add.error} />}
    </>
  );
}
