import { sql } from "kysely";
import type { Db } from "../db/db.ts";
import type { IdempotencyStore, KeyedRequest } from "./idempotency.ts";

/** Keeps keys and answers in PostgreSQL, so that they hold for all controllers. */
export function idempotencyStore(db: Db): IdempotencyStore {
  const own = (request: KeyedRequest) =>
    db.selectFrom("idempotent_request").where("caller", "=", request.caller).where("key", "=", request.key);
  return {
    async claim(request) {
      const inserted = await db
        .insertInto("idempotent_request")
        .values({ caller: request.caller, key: request.key, operation: request.operation, request_hash: request.hash })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if ((inserted.numInsertedOrUpdatedRows ?? 0n) > 0n) return { kind: "ours" };
      const row = await own(request).select(["operation", "request_hash", "status", "answer"]).executeTakeFirst();
      if (row === undefined) return { kind: "open" };
      if (row.operation !== request.operation || !request.hash.equals(row.request_hash)) return { kind: "different" };
      if (row.status === null) return { kind: "open" };
      return { kind: "answered", answer: { status: row.status, body: row.answer } };
    },
    async record(request, answer, tx) {
      await (tx ?? db)
        .updateTable("idempotent_request")
        .set({ status: answer.status, answer: JSON.stringify(answer.body ?? null) })
        .where("caller", "=", request.caller)
        .where("key", "=", request.key)
        .execute();
    },
    async release(request) {
      await db
        .deleteFrom("idempotent_request")
        .where("caller", "=", request.caller)
        .where("key", "=", request.key)
        .where("status", "is", null)
        .execute();
    },
    async sweep() {
      await db.deleteFrom("idempotent_request").where("started_at", "<", sql<Date>`now() - interval '1 day'`).execute();
    },
  };
}
