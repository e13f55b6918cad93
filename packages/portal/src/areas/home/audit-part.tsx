import { useApi } from "../../api/queries.ts";
import { LinkButton } from "../../kit/link.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

const MOST = 10;

/** The latest acts, for those who watch. */
export function AuditPart() {
  const audit = useApi("listAudit", { query: { limit: MOST } });
  return (
    <Panel
      title="Latest acts"
      actions={
        <LinkButton to="/settings/audit" variant="link">
          The whole audit
        </LinkButton>
      }
    >
      <Loaded query={audit}>
        {({ items }) => (
          <ul className="berth-home__rows">
            {items.map((entry) => (
              <li key={entry.id} className="berth-home__row">
                <div>
                  <strong>{entry.action}</strong>
                  {` ${entry.objectName ?? entry.objectId}`}
                  <div className="berth-muted">
                    {`${entry.user}, `}
                    <When at={entry.at} />
                  </div>
                </div>
                <State value={entry.outcome} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}
