import type { SessionInfo } from "@berth/api/session.ts";
import { type Selectable, sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { getUser } from "../identity/store.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { type ListInput, mapPage, pageQuery, timeKey, uuidKey } from "../kernel/db/list.ts";
import type { SessionTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";

type Info = z.input<typeof SessionInfo>;

const IS_ALIVE = sql<boolean>`expires_at > now() and seen_at > now() - make_interval(mins => idle_minutes)`;

/** The sessions of a user that can still be used. */
export async function listSessions(db: Db, actor: Actor, userId: string, query: ListInput) {
  const rows = db.selectFrom("session").selectAll().where("user_id", "=", userId).where(IS_ALIVE);
  const page = await pageQuery(rows, query, {
    sorts: { createdAt: timeKey("session.created_at") },
    standard: "-createdAt",
    id: uuidKey("session.id"),
  });
  return mapPage(page, (row) => render(row, actor));
}

/** Ends one session; that of another only for an administrator, to anybody else it is not there. */
export async function revokeSession(db: Db, actor: Actor, id: string): Promise<void> {
  await inTx(db, async (tx) => {
    const row = await tx
      .deleteFrom("session")
      .where("id", "=", id)
      .$if(!actor.roles.includes("administrator"), (q) => q.where("user_id", "=", actor.userId ?? ""))
      .returning(["id", "user_id"])
      .executeTakeFirst();
    if (row === undefined) throw new AppError("not_found", "There is no such session.");
    const { name } = await getUser(tx, row.user_id);
    await audit(tx, {
      actor,
      action: "session.revoke",
      object: { kind: "session", id: row.id, name },
      outcome: "done",
    });
  });
}

/** Ends all sessions of a user, but the one that this request shows. */
export async function revokeSessions(db: Db, actor: Actor, nameOrId: string): Promise<number> {
  return inTx(db, async (tx) => {
    const user = await getUser(tx, nameOrId);
    const kept = actor.shown?.kind === "session" ? actor.shown.id : null;
    const rows = await tx
      .deleteFrom("session")
      .where("user_id", "=", user.id)
      .$if(kept !== null, (q) => q.where("id", "!=", kept ?? ""))
      .returning("id")
      .execute();
    await audit(tx, {
      actor,
      action: "session.revoke-all",
      object: { kind: "user", id: user.id, name: user.name },
      outcome: "done",
      details: { ended: rows.length },
    });
    return rows.length;
  });
}

function render(row: Selectable<SessionTable>, actor: Actor): Info {
  return {
    id: row.id,
    current: actor.shown?.id === row.id,
    // The table's check allows these only.
    source: row.source as Info["source"],
    address: row.address,
    userAgent: row.user_agent,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}
