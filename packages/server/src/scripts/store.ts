import { type Selectable, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { ScriptTable } from "../kernel/db/tables.ts";

export type ScriptRow = Selectable<ScriptTable> & {
  readonly owner_name: string;
  readonly schedule_starts_at: Date | null;
  readonly schedule_repeat: string | null;
  readonly schedule_next_at: Date | null;
  readonly run_operation_id: string | null;
  readonly run_version: number | null;
  readonly run_at: Date | null;
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Scripts with their owner's name, schedule and latest run. */
export function scripts(db: Db | Tx) {
  return db
    .selectFrom("script")
    .innerJoin("berth_user as u", "u.id", "script.owner_id")
    .leftJoin("script_schedule as s", "s.script_id", "script.id")
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom("script_run")
          .select(["operation_id", "version", "created_at"])
          .whereRef("script_run.script_id", "=", "script.id")
          .orderBy("script_run.created_at", "desc")
          .limit(1)
          .as("r"),
      (join) => join.onTrue(),
    )
    .selectAll("script")
    .select([
      "u.name as owner_name",
      "s.starts_at as schedule_starts_at",
      "s.repeat as schedule_repeat",
      "s.next_at as schedule_next_at",
      "r.operation_id as run_operation_id",
      "r.version as run_version",
      "r.created_at as run_at",
    ]);
}

export async function findScript(db: Db | Tx, nameOrId: string): Promise<ScriptRow | null> {
  const column = UUID.test(nameOrId) ? "script.id" : "script.name";
  return (await scripts(db).where(column, "=", nameOrId).executeTakeFirst()) ?? null;
}

export async function textOf(db: Db | Tx, scriptId: string, version: number): Promise<string | null> {
  const row = await db
    .selectFrom("script_version")
    .select("text")
    .where("script_id", "=", scriptId)
    .where("version", "=", version)
    .executeTakeFirst();
  return row?.text ?? null;
}

/** Schedules whose time has come, locked for this transaction; others work on the rest. */
export async function lockDue(tx: Tx, limit: number) {
  return tx
    .selectFrom("script_schedule as s")
    .innerJoin("script", "script.id", "s.script_id")
    .innerJoin("berth_user as u", "u.id", "s.user_id")
    .select(["s.script_id", "s.user_id", "s.starts_at", "s.repeat", "s.next_at"])
    .select(["script.name", "script.latest", "u.disabled_at", "u.role", "u.name as user_name"])
    .where("s.next_at", "<=", sql<Date>`now()`)
    .orderBy("s.next_at")
    .limit(limit)
    .forUpdate("s")
    .skipLocked()
    .execute();
}
