import { sql } from "kysely";
import { insertToken } from "../identity/tokens.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { runScriptText } from "./runner.ts";
import type { Begun, ScriptWorld } from "./script-run.ts";

/** A little longer than a script may run, so that the token outlives no controller that died under it by much. */
const TOKEN_MS = 20 * 60_000;

/** `url` is asked for at each run: the controller knows its port only once it listens. */
export function createScriptWorld({ db, url }: { readonly db: Db; readonly url: () => string }): ScriptWorld {
  const nameOf = (operationId: string) => `script-run-${operationId}`;
  return {
    run: runScriptText,
    begin: (operationId) =>
      inTx(db, async (tx) => {
        const run = await tx
          .updateTable("script_run")
          .set({ started_at: sql<Date>`now()` })
          .where("operation_id", "=", operationId)
          .where("started_at", "is", null)
          .returning(["script_id", "version", "user_id"])
          .executeTakeFirst();
        if (run === undefined) return endOf(tx, operationId);
        const { text } = await tx
          .selectFrom("script_version")
          .select("text")
          .where("script_id", "=", run.script_id)
          .where("version", "=", run.version)
          .executeTakeFirstOrThrow();
        const expiresAt = new Date(Date.now() + TOKEN_MS);
        const { token } = await insertToken(tx, { userId: run.user_id, name: nameOf(operationId), expiresAt });
        return { kind: "new", text, url: url(), token };
      }),
    end: (operationId, failure) =>
      inTx(db, async (tx) => {
        await tx
          .updateTable("script_run")
          .set({ ended_at: sql<Date>`now()`, failure })
          .where("operation_id", "=", operationId)
          .where("ended_at", "is", null)
          .execute();
        await tx
          .updateTable("api_token")
          .set({ revoked_at: sql<Date>`now()` })
          .where("name", "=", nameOf(operationId))
          .where("revoked_at", "is", null)
          .execute();
      }),
  };
}

async function endOf(tx: Tx, operationId: string): Promise<Begun> {
  const run = await tx
    .selectFrom("script_run")
    .select(["ended_at", "failure"])
    .where("operation_id", "=", operationId)
    .executeTakeFirst();
  return run?.ended_at == null ? { kind: "interrupted" } : { kind: "ended", failure: run.failure };
}
