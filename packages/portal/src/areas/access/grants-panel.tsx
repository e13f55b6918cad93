import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { type InputOf, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { FormButton } from "../../kit/form-button.tsx";
import { ObjectLink } from "../../kit/link.tsx";
import { Panel } from "../../kit/panel.tsx";
import { pickOne } from "../../kit/pickers.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { type Grant, grantWords } from "./grant-rules.ts";

const SHOWN = 200;
const WIDGETS = {
  user: pickOne("listUsers"),
  group: pickOne("listGroups"),
  project: pickOne("listProjects"),
  pool: pickOne("listPools"),
};

export interface GrantsPanelProps {
  readonly title: string;
  readonly query: NonNullable<InputOf<"listGrants">["query"]>;
  /** What a new one is given to, or on. */
  readonly add: Readonly<Record<string, string>>;
}

/** The roles that somebody has been given, or that are given on something. */
export function GrantsPanel({ title, query, add }: GrantsPanelProps) {
  const grants = useApi("listGrants", { query: { ...query, limit: SHOWN } });
  const [subject = ""] = Object.values(add);
  return (
    <Panel
      title={title}
      actions={
        <FormButton
          label="Give a role"
          title={subject}
          operation="createGrant"
          input={{ body: add }}
          hidden={Object.keys(add)}
          widgets={WIDGETS}
        />
      }
    >
      <Loaded query={grants}>
        {({ items }) => (items.length === 0 ? <p className="berth-muted">None.</p> : <GrantTable grants={items} />)}
      </Loaded>
    </Panel>
  );
}

function GrantTable({ grants }: { readonly grants: readonly Grant[] }) {
  return (
    <Table aria-label="Roles given" variant="compact">
      <Thead>
        <Tr>
          <Th>Role</Th>
          <Th>To</Th>
          <Th>On</Th>
          <Th>Given by</Th>
          <Th screenReaderText="Actions" />
        </Tr>
      </Thead>
      <Tbody>
        {grants.map((grant) => (
          <Tr key={grant.id}>
            <Td dataLabel="Role">{grant.role}</Td>
            <Td dataLabel="To">
              <GrantTo grant={grant} />
            </Td>
            <Td dataLabel="On">
              <GrantOn grant={grant} />
            </Td>
            <Td dataLabel="Given by">{grant.createdBy}</Td>
            <Td dataLabel="Actions">
              <Actions
                subject={{ kind: "grant", name: grantWords(grant) }}
                allowed={["delete"]}
                verbs={[
                  {
                    verb: "delete",
                    label: "Take away",
                    operation: "deleteGrant",
                    input: { params: { id: grant.id } },
                    danger: true,
                    primary: false,
                    lost: "The role counts no more from the next request on.",
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

export function GrantTo({ grant }: { readonly grant: Grant }) {
  if (grant.user !== null) return <ObjectLink kind="user" id={grant.user} />;
  return (
    <>
      group <ObjectLink kind="group" id={grant.group ?? ""} />
    </>
  );
}

export function GrantOn({ grant }: { readonly grant: Grant }) {
  const { project, pool } = grant;
  if (project !== null) {
    return (
      <>
        project <ObjectLink kind="project" id={project} />
      </>
    );
  }
  if (pool === null) return "everything";
  return (
    <>
      pool <ObjectLink kind="pool" id={pool} />
    </>
  );
}
