import { Alert } from "@patternfly/react-core";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";

const ON_ITS_WAY: readonly OutputOf<"getService">["state"][] = ["deploying", "retiring"];

/** Says so where what is being done with a service has stopped, and leads to its three doors. */
export function StoppedNote({ service }: { readonly service: OutputOf<"getService"> }) {
  const params = { id: service.operationId };
  const operation = useApi("getOperation", { params }, { enabled: ON_ITS_WAY.includes(service.state) });
  if (operation.data === undefined || operation.data.doors.length === 0) return null;
  return (
    <Alert variant="warning" isInline component="h2" title="It stopped, and waits for a person">
      {operation.data.error !== null && <p>{operation.data.error}</p>}
      <p>
        <ObjectLink kind="operation" id={service.operationId}>
          Retry from there, roll back, or accept it as it is
        </ObjectLink>
      </p>
    </Alert>
  );
}
