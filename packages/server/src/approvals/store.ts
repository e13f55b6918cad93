import { type Selectable, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import type { ApprovalAskTable, ApprovalRuleTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { ApprovalRule, Outcome } from "./rules.ts";

export type RuleRow = Selectable<ApprovalRuleTable>;
export type AskRow = Selectable<ApprovalAskTable>;

export async function findRule(db: Db | Tx, idOrName: string): Promise<RuleRow> {
  const row = await db
    .selectFrom("approval_rule")
    .selectAll()
    .where(refColumn(idOrName), "=", idOrName)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no approval rule ${idOrName}`);
  return row;
}

export async function rulesInOrder(db: Db | Tx): Promise<ApprovalRule[]> {
  const rows = await db.selectFrom("approval_rule").selectAll().orderBy("sort_order").orderBy("name").execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    outcome: outcomeOf(row),
    kinds: row.kinds,
    templates: row.templates,
    projects: row.projects,
    groups: row.groups,
    maxPricePerDay: row.max_price_per_day,
    maxTotal: row.max_total,
    maxDays: row.max_days,
    maxServers: row.max_servers,
  }));
}

/** The column's check allows nothing else. */
export function outcomeOf(row: { readonly outcome: string }): Outcome {
  return row.outcome as Outcome;
}

export async function readAsk(db: Db | Tx, id: string): Promise<AskRow> {
  return db.selectFrom("approval_ask").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

const OPEN = ["asking", "asked"] as const;

export function isOpen(ask: Pick<AskRow, "state">): boolean {
  return (OPEN as readonly string[]).includes(ask.state);
}

/** Ends a question that is open; false when it had ended before. */
export async function endAsk(
  tx: Tx,
  id: string,
  end:
    | { readonly state: "expired" | "closed" | "failed" }
    | { readonly state: "answered"; readonly decision: string; readonly by: string; readonly reason: string | null },
): Promise<boolean> {
  const answer = end.state === "answered" ? { decision: end.decision, decided_by: end.by, reason: end.reason } : {};
  const ended = await tx
    .updateTable("approval_ask")
    .set({ state: end.state, ended_at: sql`now()`, ...answer })
    .where("id", "=", id)
    .where("state", "in", OPEN)
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
}

/** The questions about a request that are open still. */
export async function openAsks(tx: Tx, requestId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom("approval_ask")
    .select("id")
    .where("request_id", "=", requestId)
    .where("state", "in", OPEN)
    .execute();
  return rows.map((row) => row.id);
}
