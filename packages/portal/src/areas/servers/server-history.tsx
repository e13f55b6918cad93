import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useApi } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { Took, When } from "../../kit/when.tsx";

const MOST = 50;

/** The operations of a server, the latest first. */
export function ServerHistory({ serverId }: { readonly serverId: string }) {
  const operations = useApi("listOperations", { query: { subjectId: serverId, limit: MOST, sort: "-createdAt" } });
  return (
    <Loaded query={operations}>
      {({ items }) => (
        <Table variant="compact" aria-label="Operations of the server">
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
                  {operation.error !== null && <div className="berth-bad">{operation.error}</div>}
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
                <Td colSpan={4}>Nothing of its own yet: it was made with its service.</Td>
              </Tr>
            )}
          </Tbody>
        </Table>
      )}
    </Loaded>
  );
}
