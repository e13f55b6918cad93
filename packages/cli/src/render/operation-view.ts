import type { OperationInfo, OperationStep } from "@berth/api/operation.ts";
import { type OperationTree, type TreeRow, treeRows } from "@berth/api/operation-tree.ts";
import { cleanLine, formatDuration, type Paint } from "./text.ts";

export interface ViewOptions {
  readonly now: number;
  readonly paint: Paint;
  /** Counts up with each drawing; turns the wheel. */
  readonly frame: number;
  readonly width: number;
  readonly height: number;
}

/** Below this many columns there is no room for more than the name. */
const NARROW = 16;
const WHEEL = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** The tree of an operation as lines that fit the terminal. */
export function treeLines(tree: OperationTree, rootId: string, options: ViewOptions): string[] {
  const rows = treeRows(tree, rootId);
  const shown = rows.length < options.height ? rows : rows.filter((row) => !isFinishedDetail(row, tree));
  const lines = shown.map((row) => rowLine(row, options));
  const last = lastLog(tree);
  const all = last === null ? lines : [...lines, options.paint("dim", fit(`  │ ${last}`, options.width))];
  return all.length < options.height ? all : [...all.slice(0, 1), ...all.slice(2 - options.height)];
}

/** Steps that are done, of operations that are done: what can be left out when the terminal is too small. */
function isFinishedDetail(row: TreeRow, tree: OperationTree): boolean {
  return row.kind === "step" && row.step.state === "done" && tree.operations.get(row.step.operationId)?.ended === true;
}

function rowLine(row: TreeRow, { now, paint, frame, width }: ViewOptions): string {
  // A line that is too long would wrap, and the next drawing begin in the wrong place.
  const indent = " ".repeat(Math.min(2 * row.depth, Math.floor(width / 4)));
  const state = row.kind === "operation" ? row.operation.state : row.step.state;
  const { mark, style } = markOf(state, frame);
  const name = row.kind === "operation" ? row.operation.title : row.step.name;
  const text = `${cleanLine(name)}${details(row)}`;
  const took = tookMs(row, now);
  const right = took === null || width - indent.length < NARROW ? "" : formatDuration(took);
  const left = fit(text, width - indent.length - 3 - right.length - 1);
  const gap = " ".repeat(Math.max(1, width - indent.length - 3 - left.length - right.length));
  const shown = row.kind === "operation" ? paint("bold", left) : left;
  return `${indent}${style === null ? mark : paint(style, mark)} ${shown}${gap}${paint("dim", right)}`;
}

function details(row: TreeRow): string {
  return row.kind === "operation" ? operationDetails(row.operation) : stepDetails(row.step);
}

function operationDetails(operation: OperationInfo): string {
  const parts = [
    ...(["running", "done"].includes(operation.state) ? [] : [operation.state]),
    ...(operation.waitsFor === null ? [] : [`waits for ${operation.waitsFor}`]),
    ...(operation.error === null ? [] : [operation.error]),
  ];
  return parts.length === 0 ? "" : `: ${cleanLine(parts.join(", "))}`;
}

function stepDetails(step: OperationStep): string {
  const isBusy = step.state === "running" || step.state === "undoing";
  const parts = [
    ...(isBusy && step.percent !== null ? [`${step.percent} %`] : []),
    ...(isBusy && step.note !== null ? [step.note] : []),
    ...(step.attempt > 1 ? [`attempt ${step.attempt}`] : []),
    ...(["running", "done"].includes(step.state) ? [] : [step.state]),
    ...(step.error === null || step.state === "done" ? [] : [step.error]),
  ];
  return parts.length === 0 ? "" : `: ${cleanLine(parts.join(", "))}`;
}

type State = OperationInfo["state"] | OperationStep["state"];

function markOf(
  state: State,
  frame: number,
): { mark: string; style: "green" | "red" | "yellow" | "cyan" | "dim" | null } {
  switch (state) {
    case "done":
    case "accepted":
      return { mark: "✔", style: "green" };
    case "failed":
    case "undo-failed":
    case "stuck":
      return { mark: "✘", style: "red" };
    case "running":
    case "undoing":
    case "unwinding":
      return { mark: WHEEL[frame % WHEEL.length] ?? "·", style: "cyan" };
    case "waiting":
    case "parked":
      return { mark: "◷", style: "yellow" };
    case "undone":
    case "cancelled":
      return { mark: "↺", style: "yellow" };
    case "queued":
    case "kept":
      return { mark: "·", style: "dim" };
  }
}

function tookMs(row: TreeRow, now: number): number | null {
  const { startedAt, endedAt } = row.kind === "operation" ? row.operation : row.step;
  if (startedAt === null) return null;
  return (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
}

function lastLog(tree: OperationTree): string | null {
  const line = tree.log.findLast((entry) => entry.level !== "debug");
  if (line === undefined) return null;
  return cleanLine(`${line.step === null ? "" : `${line.step}: `}${line.message}`);
}

function fit(text: string, width: number): string {
  const room = Math.max(1, width);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

/** What a change has to say in lines of its own, where nothing can be redrawn. */
export function changeLines(before: OperationTree, after: OperationTree, rootId: string): string[] {
  const lines = endsLast(treeRows(after, rootId)).flatMap((row) => {
    if (row.kind === "operation") {
      const old = before.operations.get(row.operation.id);
      const news = `${row.operation.state}${operationDetails(row.operation)}`;
      const isNews = old === undefined || `${old.state}${operationDetails(old)}` !== news;
      return isNews ? [`${row.operation.title}: ${row.operation.state}${errorOf(row.operation)}${duration(row)}`] : [];
    }
    const old = before.steps.get(`${row.step.operationId}/${row.step.position}`);
    const isNews = old === undefined || old.state !== row.step.state || old.attempt !== row.step.attempt;
    const title = after.operations.get(row.step.operationId)?.title ?? "";
    return isNews ? [`${title} / ${row.step.name}: ${row.step.state}${errorOf(row.step)}${duration(row)}`] : [];
  });
  const known = new Set(before.log);
  const log = after.log
    .filter((line) => !known.has(line) && line.level !== "debug")
    .map((line) => `${line.step === null ? "" : `${line.step}: `}${line.message}`);
  return [...lines, ...log].map(cleanLine);
}

/** The rows with each operation that has ended behind its own parts, as it ended after them. */
function endsLast(rows: readonly TreeRow[]): TreeRow[] {
  const ordered: TreeRow[] = [];
  const open: TreeRow[] = [];
  for (const row of rows) {
    while ((open.at(-1)?.depth ?? -1) >= row.depth) ordered.push(...open.splice(-1));
    if (row.kind === "operation" && row.operation.ended) open.push(row);
    else ordered.push(row);
  }
  return [...ordered, ...open.toReversed()];
}

function errorOf(of: { error: string | null; waitsFor?: string | null }): string {
  if (of.error !== null) return `, ${of.error}`;
  return of.waitsFor === null || of.waitsFor === undefined ? "" : `, waits for ${of.waitsFor}`;
}

function duration(row: TreeRow): string {
  const { endedAt } = row.kind === "operation" ? row.operation : row.step;
  const took = endedAt === null ? null : tookMs(row, 0);
  return took === null ? "" : ` (${formatDuration(took)})`;
}
