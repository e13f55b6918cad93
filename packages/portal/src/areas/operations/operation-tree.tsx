import { Button, Progress } from "@patternfly/react-core";
import { State } from "../../kit/state.tsx";
import { durationText } from "../../kit/time-rules.ts";
import { useNow } from "../../kit/when.tsx";
import { comparison, type Row } from "./tree-rules.ts";

export interface OperationTreeProps {
  readonly rows: readonly Row[];
  /** Whose log is shown; null for all. */
  readonly chosen: string | null;
  readonly onChoose: (operationId: string | null) => void;
}

/** The steps of an operation and of its parts: what is done, what runs, and how long it takes. */
export function OperationTreeView({ rows, chosen, onChoose }: OperationTreeProps) {
  return (
    <ol className="berth-tree" aria-label="Steps">
      {rows.map((row) => (
        <li
          key={row.key}
          className={row.operationId === chosen ? "berth-tree__row berth-tree__row--on" : "berth-tree__row"}
          style={{ paddingInlineStart: `calc(${row.depth} * 1.5rem + 0.5rem)` }}
        >
          <State value={row.state} />
          <span className="berth-tree__name">
            {row.isOperation ? (
              <Button
                variant="link"
                isInline
                aria-pressed={row.operationId === chosen}
                onClick={() => onChoose(row.operationId === chosen ? null : row.operationId)}
              >
                {row.name}
              </Button>
            ) : (
              row.name
            )}
            {row.note !== null && <span className="berth-muted">{row.note}</span>}
            {row.error !== null && <span className="berth-bad">{row.error}</span>}
          </span>
          {row.percent !== null && (
            <Progress
              value={row.percent}
              size="sm"
              aria-label={`${row.name}: done by now`}
              className="berth-tree__bar"
            />
          )}
          <Duration row={row} />
        </li>
      ))}
    </ol>
  );
}

function Duration({ row }: { readonly row: Row }) {
  const now = useNow();
  if (row.from === null) return null;
  const tookMs = Math.max(0, (row.to === null ? now : Date.parse(row.to)) - Date.parse(row.from));
  const said = comparison(tookMs, row.usual);
  return (
    <span className="berth-tree__time">
      {durationText(tookMs)}
      {said !== null && <span className={said.isSlow ? "berth-warn" : "berth-muted"}>{said.text}</span>}
    </span>
  );
}
