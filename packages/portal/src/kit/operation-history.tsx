import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useApi } from "../api/queries.ts";
import { ObjectLink } from "./link.tsx";
import { Loaded } from "./problem.tsx";
import { State } from "./state.tsx";
import { exactTime } from "./time-rules.ts";
import { Took, When } from "./when.tsx";

const MOST = 50;

export interface OperationHistoryProps {
  readonly subjectId: string;
  /** What to say where there is none. */
  readonly none: string;
}

/** The operations of one object, the latest first. */
export function OperationHistory({ subjectId, none }: OperationHistoryProps) {
  const operations = useApi("listOperations", { query: { subjectId, limit: MOST, sort: "-createdAt" } });
  return (
    <Loaded query={operations}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="berth-muted">{none}</p>
        ) : (
          <Table variant="compact" aria-label="Operations">
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
                    {operation.waitsFor !== null && (
                      <div className="berth-muted">{`waits for ${withReadableTimes(operation.waitsFor)}`}</div>
                    )}
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
            </Tbody>
          </Table>
        )
      }
    </Loaded>
  );
}

const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Workflows name the times that they wait for as machines do. */
function withReadableTimes(text: string): string {
  return text.replaceAll(ISO_TIME, (at) => exactTime(Date.parse(at)));
}
