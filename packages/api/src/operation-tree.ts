import type { OperationInfo, OperationLogLine, OperationStep } from "./operation.ts";

/** What a client knows of an operation and all below it. */
export interface OperationTree {
  readonly operations: ReadonlyMap<string, OperationInfo>;
  /** By `<operation>/<position>`. */
  readonly steps: ReadonlyMap<string, OperationStep>;
  readonly log: readonly OperationLogLine[];
}

export const EMPTY_TREE: OperationTree = { operations: new Map(), steps: new Map(), log: [] };
const MAX_LOG_LINES = 1_000;

/** The tree after a change: of a stream's event, or of the answer of `getOperation`. */
export function applyChange(
  tree: OperationTree,
  change: {
    readonly operations: readonly OperationInfo[];
    readonly steps: readonly OperationStep[];
    readonly log: readonly OperationLogLine[];
  },
): OperationTree {
  return {
    operations: new Map([...tree.operations, ...change.operations.map((o) => [o.id, o] as const)]),
    steps: new Map([...tree.steps, ...change.steps.map((s) => [`${s.operationId}/${s.position}`, s] as const)]),
    log: [...tree.log, ...change.log].slice(-MAX_LOG_LINES),
  };
}

export type TreeRow =
  | { readonly kind: "operation"; readonly depth: number; readonly operation: OperationInfo }
  | { readonly kind: "step"; readonly depth: number; readonly step: OperationStep };

/** The rows of the tree from an operation down, in the order in which they are shown. */
export function treeRows(tree: OperationTree, id: string): TreeRow[] {
  const stepsOf = Map.groupBy(tree.steps.values(), (step) => step.operationId);
  const rowsOf = (operationId: string, depth: number): TreeRow[] => {
    const operation = tree.operations.get(operationId);
    if (operation === undefined) return [];
    const steps = (stepsOf.get(operationId) ?? []).toSorted((a, b) => a.position - b.position);
    return [{ kind: "operation", depth, operation }, ...steps.flatMap((step) => stepRows(step, depth + 1))];
  };
  // A step that runs parts is its parts.
  const stepRows = (step: OperationStep, depth: number): TreeRow[] =>
    step.children.length === 0
      ? [{ kind: "step", depth, step }]
      : step.children.flatMap((child) => rowsOf(child, depth));
  return rowsOf(id, 0);
}
