import { type ScriptInfo, scriptContract } from "@berth/api/script.ts";
import type { z } from "zod";
import { type Db, inTx } from "../kernel/db/db.ts";
import { integerKey, mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { AppError } from "../kernel/errors.ts";
import { type Actor, implement, type RouteSet } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { deleteScript, runScript, saveScript, scheduleScript, seenScript, unscheduleScript } from "./actions.ts";
import { checkTypes } from "./check.ts";
import type { Repeat } from "./schedule-rules.ts";
import { scriptVerbs } from "./script-rules.ts";
import { type ScriptRow, scripts, textOf } from "./store.ts";

export function scriptRoutes({ db, engine }: { readonly db: Db; readonly engine: Engine }): RouteSet {
  const detail = async (actor: Actor, row: ScriptRow, version = row.latest) => {
    const text = await textOf(db, row.id, version);
    if (text === null) throw new AppError("not_found", `${row.name} has no version ${version}.`);
    return { ...render(actor, row), version, text };
  };
  return implement(scriptContract, {
    listScripts: async ({ actor, query }) => {
      const seesAll = actor.roles.includes("administrator");
      const rows = scripts(db)
        .$if(!seesAll, (q) =>
          q.where((where) =>
            where.or([where("script.shared", "=", true), where("script.owner_id", "=", actor.userId ?? "")]),
          ),
        )
        .$if(query.owner !== undefined, (q) => q.where("u.name", "=", query.owner ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: { name: textKey("script.name"), createdAt: timeKey("script.created_at") },
        standard: "name",
        id: uuidKey("script.id"),
        search: textKey("script.name"),
      });
      return mapPage(page, (row) => render(actor, row));
    },
    getScript: async ({ actor, params, query }) =>
      detail(actor, await seenScript(db, actor, params.name), query.version),
    saveScript: async ({ actor, params, body }) => detail(actor, await saveScript(db, actor, params.name, body)),
    checkScript: async ({ body }) => ({ items: await checkTypes(body.text) }),
    listScriptVersions: async ({ actor, params, query }) => {
      const { id } = await seenScript(db, actor, params.name);
      const rows = db
        .selectFrom("script_version as v")
        .innerJoin("berth_user as u", "u.id", "v.user_id")
        .select(["v.id", "v.version", "v.created_at", "u.name as by"])
        .where("v.script_id", "=", id);
      const page = await pageQuery(rows, query, {
        sorts: { version: integerKey("v.version") },
        standard: "-version",
        id: uuidKey("v.id"),
      });
      return mapPage(page, (row) => ({
        id: row.id,
        version: row.version,
        by: row.by,
        createdAt: row.created_at.toISOString(),
      }));
    },
    deleteScript: async ({ actor, params }) => {
      await deleteScript(db, actor, params.name);
      return {};
    },
    runScript: async ({ actor, params, body, recordAnswer }) =>
      inTx(db, async (tx) => {
        const answer = await runScript(tx, engine, actor, { name: params.name, version: body.version });
        await recordAnswer(tx, answer);
        return answer;
      }),
    scheduleScript: async ({ actor, params, body }) => {
      const wish = { startsAt: new Date(body.startsAt), repeat: body.repeat };
      return render(actor, await scheduleScript(db, actor, params.name, wish));
    },
    unscheduleScript: async ({ actor, params }) => {
      await unscheduleScript(db, actor, params.name);
      return {};
    },
  });
}

function render(actor: Actor, row: ScriptRow): z.input<typeof ScriptInfo> {
  return {
    id: row.id,
    name: row.name,
    notes: row.notes,
    owner: row.owner_name,
    shared: row.shared,
    latest: row.latest,
    schedule:
      row.schedule_starts_at === null
        ? null
        : {
            startsAt: row.schedule_starts_at.toISOString(),
            // The column's check allows these only.
            repeat: row.schedule_repeat as Repeat,
            nextAt: row.schedule_next_at?.toISOString() ?? null,
          },
    lastRun:
      row.run_operation_id === null || row.run_at === null
        ? null
        : { operationId: row.run_operation_id, version: row.run_version ?? 0, at: row.run_at.toISOString() },
    ...scriptVerbs(actor, row),
    createdAt: row.created_at.toISOString(),
  };
}
