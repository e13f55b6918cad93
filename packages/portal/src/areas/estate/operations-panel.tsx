import { useApi } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

/** The latest operations about one thing. */
export function OperationsPanel({ kind, id }: { readonly kind: string; readonly id: string }) {
  const operations = useApi("listOperations", { query: { subjectKind: kind, subjectId: id, limit: 20 } });
  return (
    <Panel title="Operations">
      <Loaded query={operations}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="berth-muted">Nothing was done here yet.</p>
          ) : (
            <ul className="estate-plain-list">
              {items.map((operation) => (
                <li key={operation.id}>
                  <State value={operation.state} />{" "}
                  <ObjectLink kind="operation" id={operation.id}>
                    {operation.title}
                  </ObjectLink>{" "}
                  <span className="berth-muted">
                    <When at={operation.createdAt} />
                  </span>
                  {operation.error !== null && <div className="berth-bad">{operation.error}</div>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
