import type { OperationInfo, OperationLogLine, OperationStep } from "@berth/api/operation.ts";
import { type Selectable, sql } from "kysely";
import type { Db, Tx } from "../db/db.ts";
import type { OperationStepTable, OperationTable } from "../db/tables.ts";
import { isEnded, openDoors } from "./operation-rules.ts";

/** Operations as people see them. Inputs and outputs stay inside: they are the workflows' own. */

const MAX_OPERATIONS = 500;
const MAX_STEPS = 5_000;
const MAX_LOG_LINES = 200;

export interface OperationParts {
  readonly operations: OperationInfo[];
  readonly steps: OperationStep[];
  readonly log: OperationLogLine[];
}

type InfoRow = Omit<Selectable<OperationTable>, "input" | "output">;

export function operationInfo(row: InfoRow): OperationInfo {
  // The column's check allows nothing else.
  const state = row.state as OperationInfo["state"];
  return {
    id: row.id,
    parentId: row.parent_id,
    workflow: row.workflow,
    title: row.title,
    subject: { kind: row.subject_kind, id: row.subject_id },
    state,
    ended: isEnded(state),
    error: row.error,
    waitsFor: row.waits_for,
    doors: [...openDoors(state)],
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

export const INFO_COLUMNS = [
  "operation.id",
  "operation.parent_id",
  "operation.root_id",
  "operation.workflow",
  "operation.title",
  "operation.subject_kind",
  "operation.subject_id",
  "operation.user_id",
  "operation.state",
  "operation.phase",
  "operation.turned_by",
  "operation.error",
  "operation.waits_for",
  "operation.wait_kind",
  "operation.wait_topic",
  "operation.wake_at",
  "operation.cancel_reason",
  "operation.run",
  "operation.runner",
  "operation.created_at",
  "operation.started_at",
  "operation.ended_at",
] as const;

export async function readOperation(db: Db | Tx, id: string): Promise<InfoRow | null> {
  const row = await db.selectFrom("operation").select(INFO_COLUMNS).where("id", "=", id).executeTakeFirst();
  return row ?? null;
}

/** The operation and all below it, the oldest first. `complete` is false when there were too many. */
export async function readTree(db: Db, id: string): Promise<OperationParts & { complete: boolean; lastLogId: number }> {
  const ids = await readIds(db, id);
  const shown = ids.slice(0, MAX_OPERATIONS);
  const operations = await db
    .selectFrom("operation")
    .select(INFO_COLUMNS)
    .where("id", "in", shown)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const steps = await db
    .selectFrom("operation_step")
    .select(STEP_COLUMNS)
    .select(CHILDREN)
    .where("operation_id", "in", shown)
    .where("kind", "!=", "time")
    .orderBy("operation_id")
    .orderBy("position")
    .limit(MAX_STEPS)
    .execute();
  const log = await readLog(db, shown, 0);
  return {
    operations: operations.map(operationInfo),
    steps: steps.map(stepInfo),
    log: log.lines,
    lastLogId: log.lastId,
    complete: ids.length === shown.length && steps.length < MAX_STEPS,
  };
}

async function readIds(db: Db, id: string): Promise<string[]> {
  const result = await sql<{ id: string }>`
    with recursive tree as (
      select id, 0 as depth from operation where id = ${id}
      union all select o.id, t.depth + 1 from operation o join tree t on o.parent_id = t.id where t.depth < 20
    ) select id from tree order by depth limit ${MAX_OPERATIONS + 1}`.execute(db);
  return result.rows.map((row) => row.id);
}

/** The named parts as they are now, as far as they lie at or below `id`. */
export async function readParts(
  db: Db,
  id: string,
  touched: { readonly operations: ReadonlySet<string>; readonly steps: ReadonlyMap<string, ReadonlySet<number>> },
  afterLogId: number,
): Promise<OperationParts & { lastLogId: number }> {
  const below = new Set(await readIds(db, id));
  const operationIds = [...touched.operations].filter((one) => below.has(one));
  const stepIds = [...touched.steps.keys()].filter((one) => below.has(one));
  const operations = await db
    .selectFrom("operation")
    .select(INFO_COLUMNS)
    .where("id", "in", some(operationIds))
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const steps = await db
    .selectFrom("operation_step")
    .select(STEP_COLUMNS)
    .select(CHILDREN)
    .where("operation_id", "in", some(stepIds))
    .where("kind", "!=", "time")
    .orderBy("operation_id")
    .orderBy("position")
    .execute();
  const log = await readLog(db, [...below], afterLogId);
  return {
    operations: operations.map(operationInfo),
    steps: steps.filter((row) => touched.steps.get(row.operation_id)?.has(row.position)).map(stepInfo),
    log: log.lines,
    lastLogId: log.lastId,
  };
}

async function readLog(
  db: Db,
  ids: readonly string[],
  after: number,
): Promise<{ lines: OperationLogLine[]; lastId: number }> {
  const rows = await db
    .selectFrom("operation_log")
    .leftJoin("operation_step", (join) =>
      join
        .onRef("operation_step.operation_id", "=", "operation_log.operation_id")
        .onRef("operation_step.position", "=", "operation_log.position"),
    )
    .select([
      "operation_log.id",
      "operation_log.operation_id",
      "operation_log.at",
      "operation_log.level",
      "operation_log.message",
      "operation_step.name",
    ])
    .where("operation_log.operation_id", "in", some(ids))
    .where("operation_log.id", ">", after)
    .orderBy("operation_log.id", "desc")
    .limit(MAX_LOG_LINES)
    .execute();
  return {
    lines: rows.reverse().map((row) => ({
      operationId: row.operation_id,
      at: row.at.toISOString(),
      step: row.name,
      level: row.level as OperationLogLine["level"],
      message: row.message,
    })),
    lastId: rows.at(-1)?.id ?? after,
  };
}

const STEP_COLUMNS = [
  "operation_id",
  "position",
  "name",
  "kind",
  "state",
  "attempt",
  "percent",
  "note",
  "error",
  "started_at",
  "ended_at",
  "undone_at",
] as const;

/** Of steps that run children: their ids, as `wf.all` wrote them. */
const CHILDREN = sql<string[]>`case when kind = 'children'
  then array(select child ->> 'id' from jsonb_array_elements(input) child) else '{}'::text[] end`.as("children");

type StepRow = Pick<Selectable<OperationStepTable>, (typeof STEP_COLUMNS)[number]> & { readonly children: string[] };

function stepInfo(row: StepRow): OperationStep {
  return {
    operationId: row.operation_id,
    position: row.position,
    name: row.name,
    state: row.state as OperationStep["state"],
    attempt: row.attempt,
    percent: row.percent,
    note: row.note,
    error: row.error,
    children: row.children,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    undoneAt: row.undone_at?.toISOString() ?? null,
  };
}

/** `in ()` is no SQL. */
function some(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [""] : ids;
}
