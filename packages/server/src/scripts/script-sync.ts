import { audit } from "../audit/audit.ts";
import { may } from "../identity/grants.ts";
import { grantsOf, rolesOf } from "../identity/held-grants.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import type { Log } from "../kernel/log.ts";
import type { Reconciler } from "../kernel/schedule/reconcile.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { startRun } from "./actions.ts";
import { nextRun, type Repeat } from "./schedule-rules.ts";
import { lockDue } from "./store.ts";

const LOOK_EVERY_MS = 5_000;
const BATCH = 100;

/** Starts the scripts whose time has come: each time once, on however many controllers. */
export function scriptSync({ db, engine, log }: { db: Db; engine: Engine; log: Log }): Reconciler {
  return {
    name: "script-sync",
    everyMs: LOOK_EVERY_MS,
    pass: () =>
      inTx(db, async (tx) => {
        const due = await lockDue(tx, BATCH);
        const now = new Date();
        for (const one of due) {
          const at = one.next_at ?? now;
          // The column's check allows these only.
          const repeat = one.repeat as Repeat;
          if (!(await mayStillRun(tx, one))) {
            log.warn("script not run: who scheduled it may run none any more", { name: one.name, user: one.user_name });
            const actor = { userId: one.user_id, name: one.user_name };
            const object = { kind: "script", id: one.script_id, name: one.name };
            await audit(tx, { actor, action: "script.run", object, outcome: "refused", details: { scheduledFor: at } });
          } else {
            await startRun(tx, engine, {
              script: { id: one.script_id, name: one.name },
              version: one.latest,
              operationId: `script-${one.script_id}-${at.getTime()}`,
              userId: one.user_id,
            });
          }
          await tx
            .updateTable("script_schedule")
            .set({ next_at: nextRun({ startsAt: one.starts_at, repeat }, now) })
            .where("script_id", "=", one.script_id)
            .execute();
        }
        return { checked: due.length, changed: due.length, failed: 0 };
      }),
  };
}

/** The right that was looked at when it was scheduled may have been taken away since. */
async function mayStillRun(tx: Tx, by: Awaited<ReturnType<typeof lockDue>>[number]): Promise<boolean> {
  if (by.disabled_at !== null) return false;
  const grants = await grantsOf(tx, by.user_id);
  const actor = { userId: by.user_id, name: by.user_name, roles: rolesOf(by, grants), grants, scope: "full" as const };
  return may(actor, "operate");
}
