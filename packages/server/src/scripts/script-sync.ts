import { type Db, inTx } from "../kernel/db/db.ts";
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
          if (one.disabled_at !== null)
            log.warn("script not run: who scheduled it may not sign in", { name: one.name });
          else {
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
