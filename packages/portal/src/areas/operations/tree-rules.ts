import type { OperationInfo, OperationLogLine, OperationStep, UsualDuration } from "@berth/api/operation.ts";
import { type OperationTree, type TreeRow, treeRows } from "@berth/api/operation-tree.ts";
import { durationText } from "../../kit/time-rules.ts";

/** One line of the tree, as it is shown. */
export interface Row {
  readonly key: string;
  readonly depth: number;
  readonly name: string;
  readonly isOperation: boolean;
  readonly state: string;
  readonly note: string | null;
  readonly error: string | null;
  readonly percent: number | null;
  readonly from: string | null;
  readonly to: string | null;
  /** What it usually takes; null when nothing like it has been done before. */
  readonly usual: UsualDuration | null;
  readonly operationId: string;
}

export function rowsOf(tree: OperationTree, rootId: string, usual: readonly UsualDuration[]): Row[] {
  const byName = new Map(usual.map((one) => [`${one.workflow} ${one.step ?? ""}`, one]));
  return treeRows(tree, rootId).map((row) => {
    const workflow = tree.operations.get(operationOf(row))?.workflow ?? "";
    const name = row.kind === "step" ? row.step.name : "";
    const known = byName.get(`${workflow} ${name}`) ?? null;
    return row.kind === "step" ? stepRow(row.step, row.depth, known) : operationRow(row.operation, row.depth, known);
  });
}

function operationOf(row: TreeRow): string {
  return row.kind === "step" ? row.step.operationId : row.operation.id;
}

function stepRow(step: OperationStep, depth: number, usual: UsualDuration | null): Row {
  return {
    key: `${step.operationId}/${step.position}`,
    depth,
    name: step.attempt > 1 ? `${step.name} (attempt ${step.attempt})` : step.name,
    isOperation: false,
    state: step.state,
    note: step.note,
    error: step.error,
    percent: step.state === "running" ? step.percent : null,
    from: step.startedAt,
    to: step.endedAt ?? step.undoneAt,
    usual,
    operationId: step.operationId,
  };
}

function operationRow(operation: OperationInfo, depth: number, usual: UsualDuration | null): Row {
  return {
    key: operation.id,
    depth,
    name: operation.title,
    isOperation: true,
    state: operation.state,
    note: operation.waitsFor === null ? null : `waits for ${operation.waitsFor}`,
    error: operation.error,
    percent: null,
    from: operation.startedAt,
    to: operation.endedAt,
    usual,
    operationId: operation.id,
  };
}

/** Below this, comparing says more of the machine than of the step. */
const NOTABLE_MS = 2_000;

/** How a duration stands to the usual, in words; null where there is nothing to say. */
export function comparison(tookMs: number, usual: UsualDuration | null): { text: string; isSlow: boolean } | null {
  if (usual === null) return null;
  const isSlow = tookMs > usual.slowMs && tookMs - usual.medianMs > NOTABLE_MS;
  const text = `usually ${durationText(usual.medianMs)}`;
  return { text: isSlow ? `${text}: slower than nine of ten` : text, isSlow };
}

/** How much of an operation is done, by the usual time of all of it; null when nothing like it has been done before. */
export function expectedPercent(tookMs: number, usual: UsualDuration | null): number | null {
  if (usual === null || usual.medianMs <= 0) return null;
  return Math.min(99, Math.round((tookMs / usual.medianMs) * 100));
}

/** The lines of one operation of the tree, or of all. */
export function logOf(tree: OperationTree, operationId: string | null): readonly OperationLogLine[] {
  return operationId === null ? tree.log : tree.log.filter((line) => line.operationId === operationId);
}

/** The step at which it has stopped, for the reader's eye. */
export function failedRow(rows: readonly Row[]): Row | null {
  return rows.find((row) => !row.isOperation && (row.state === "failed" || row.state === "undo-failed")) ?? null;
}
