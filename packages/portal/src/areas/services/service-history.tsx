import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { Took, When } from "../../kit/when.tsx";

const MOST = 50;

/** The operations of a service, the latest first. */
export function ServiceHistory({ service }: { readonly service: OutputOf<"getService"> }) {
  const query = { subjectId: service.id, limit: MOST, sort: "-createdAt" };
  const operations = useApi("listOperations", { query });
  return (
    <Loaded query={operations}>
      {({ items }) => (
        <Table variant="compact" aria-label="Operations of the service">
          <Thead>
            <Tr>
              <Th>What</Th>
              <Th>State</Th>
              <Th>Begun</Th>
              <Th>Took</Th>
            </Tr>
          </Thead>
          <Tbody>
            {items.map((operation) => (
              <Tr key={operation.id}>
                <Td dataLabel="What">
                  <ObjectLink kind="operation" id={operation.id}>
                    {operation.title}
                  </ObjectLink>
                  {operation.waitsFor !== null && <span className="berth-muted"> {operation.waitsFor}</span>}
                </Td>
                <Td dataLabel="State">
                  <State value={operation.state} />
                </Td>
                <Td dataLabel="Begun">
                  <When at={operation.createdAt} />
                </Td>
                <Td dataLabel="Took">
                  {operation.endedAt === null ? "–" : <Took from={operation.createdAt} to={operation.endedAt} />}
                </Td>
              </Tr>
            ))}
            {items.length === 0 && (
              <Tr>
                <Td colSpan={4}>Nothing yet.</Td>
              </Tr>
            )}
          </Tbody>
        </Table>
      )}
    </Loaded>
  );
}
