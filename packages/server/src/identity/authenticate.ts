import { sql } from "kysely";
import type { Authenticate } from "../kernel/auth/credentials.ts";
import { hashSecret } from "../kernel/auth/secrets.ts";
import type { Db } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { type HeldRow, heldGrants, readHeld, rolesOf } from "./held-grants.ts";

/** When it was last used is written at most this often: a request should not cost a write. */
const NOTE_USE_MS = 60_000;

/** Finds the user of a token or session. Disabled users, and what has ended or was revoked, are nobody. */
export function createAuthenticate(db: Db): Authenticate {
  return ({ kind, secret }) => {
    const hash = hashSecret(secret);
    return kind === "token" ? userOfToken(db, hash) : userOfSession(db, hash);
  };
}

async function userOfToken(db: Db, hash: Buffer): Promise<Actor | null> {
  const row = await db
    .selectFrom("api_token as t")
    .innerJoin("berth_user as u", "u.id", "t.user_id")
    .select(["u.id", "u.name", "u.role", "t.id as tokenId", "t.last_used_at as usedAt", "t.scope"])
    .select(heldGrants("u.id").as("held"))
    .where("t.secret_hash", "=", hash)
    .where("t.revoked_at", "is", null)
    .where((where) => where.or([where("t.expires_at", "is", null), where("t.expires_at", ">", sql<Date>`now()`)]))
    .where("u.disabled_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.usedAt === null || Date.now() - row.usedAt.getTime() > NOTE_USE_MS) {
    await db.updateTable("api_token").set({ last_used_at: sql<Date>`now()` }).where("id", "=", row.tokenId).execute();
  }
  return {
    ...actorOf(row, row.scope === "full" ? "full" : "read"),
    shown: { kind: "token", id: row.tokenId },
  };
}

async function userOfSession(db: Db, hash: Buffer): Promise<Actor | null> {
  const row = await db
    .selectFrom("session as s")
    .innerJoin("berth_user as u", "u.id", "s.user_id")
    .select(["u.id", "u.name", "u.role", "s.id as sessionId", "s.seen_at as seenAt"])
    .select(heldGrants("u.id").as("held"))
    .where("s.secret_hash", "=", hash)
    .where("s.expires_at", ">", sql<Date>`now()`)
    .where("s.seen_at", ">", sql<Date>`now() - make_interval(mins => s.idle_minutes)`)
    .where("u.disabled_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (Date.now() - row.seenAt.getTime() > NOTE_USE_MS) {
    await db.updateTable("session").set({ seen_at: sql<Date>`now()` }).where("secret_hash", "=", hash).execute();
  }
  return { ...actorOf(row, "full"), shown: { kind: "session", id: row.sessionId } };
}

function actorOf(
  row: { readonly id: string; readonly name: string; readonly role: string; readonly held: readonly HeldRow[] },
  scope: Actor["scope"],
): Actor {
  const grants = row.held.map(readHeld);
  return { userId: row.id, name: row.name, roles: rolesOf(row, grants), grants, scope };
}
