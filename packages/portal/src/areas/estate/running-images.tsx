import { Alert } from "@patternfly/react-core";
import { useApi } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { When } from "../../kit/when.tsx";

/** Images that are being built or imported just now, with the way to their progress. */
export function RunningImages() {
  const { data } = useApi("listOperations", { query: { subjectKind: "image", ended: false, limit: 10 } });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Alert isInline variant="info" title="On the way" component="h2">
      <ul>
        {data.items.map((operation) => (
          <li key={operation.id}>
            <ObjectLink kind="operation" id={operation.id}>
              {operation.title}
            </ObjectLink>
            , begun <When at={operation.createdAt} />
          </li>
        ))}
      </ul>
    </Alert>
  );
}
