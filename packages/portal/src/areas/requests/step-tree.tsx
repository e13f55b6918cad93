import { applyChange, EMPTY_TREE, type TreeRow, treeRows } from "@berth/api/operation-tree.ts";
import type { OutputOf } from "../../api/queries.ts";
import { State } from "../../kit/state.tsx";
import { Took } from "../../kit/when.tsx";

/** Every step of an operation and of its parts, as the controller has it. */
export function StepTree({ operation }: { readonly operation: OutputOf<"getOperation"> }) {
  const rows = treeRows(applyChange(EMPTY_TREE, operation), operation.id);
  return (
    <div className="berth-steps" role="list" aria-label="Steps">
      {rows.map((row) => (
        <StepRow
          key={row.kind === "step" ? `${row.step.operationId}/${row.step.position}` : row.operation.id}
          row={row}
        />
      ))}
    </div>
  );
}

function StepRow({ row }: { readonly row: TreeRow }) {
  const { name, state, from, to, note, error } = factsOf(row);
  return (
    <div className="berth-steps__row" role="listitem">
      <span className="berth-steps__name" style={{ paddingInlineStart: `${row.depth * 1.25}rem` }}>
        {row.kind === "operation" ? <strong>{name}</strong> : name}
        {note !== null && <span className="berth-muted">{` ${note}`}</span>}
        {error !== null && <span className="berth-bad">{` ${error}`}</span>}
      </span>
      <State value={state} />
      <span className="berth-muted">{from === null ? "" : <Took from={from} to={to} />}</span>
    </div>
  );
}

function factsOf(row: TreeRow) {
  if (row.kind === "operation") {
    const { title, state, startedAt, endedAt, waitsFor } = row.operation;
    return {
      name: title,
      state,
      from: startedAt,
      to: endedAt,
      note: waitsFor === null ? null : `waits for ${waitsFor}`,
      error: null,
    };
  }
  const { name, state, startedAt, endedAt, note, percent, error } = row.step;
  const progress = percent === null || state !== "running" ? null : `${percent} %`;
  return { name, state, from: startedAt, to: endedAt, note: [progress, note].filter(Boolean).join(" ") || null, error };
}
