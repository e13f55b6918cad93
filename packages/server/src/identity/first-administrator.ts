import { sql } from "kysely";
import { audit, SYSTEM_ACTOR } from "../audit/audit.ts";
import { newPassword } from "../kernel/auth/secrets.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { hashPassword } from "./passwords.ts";
import { endSessions, findUser } from "./store.ts";
import { insertToken } from "./tokens.ts";
import { insertUser } from "./users.ts";

export interface Administrator {
  readonly name: string;
  /** Kept nowhere: to be shown once. */
  readonly password: string;
  /** For the CLI on this machine. */
  readonly token: string;
}

const NAME = "admin";
const TOKEN_NAME = "cli";
const LOCK_KEY = 7_770_101;

/** Makes the first administrator when there is no user at all; null when there is one. Two controllers make one. */
export async function ensureFirstAdministrator(db: Db): Promise<Administrator | null> {
  const password = newPassword();
  const passwordHash = await hashPassword(password);
  return inTx(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(tx);
    const someone = await tx.selectFrom("berth_user").select("id").limit(1).executeTakeFirst();
    if (someone !== undefined) return null;
    const user = await insertUser(tx, { name: NAME, role: "administrator", email: null, passwordHash });
    const { token } = await insertToken(tx, { userId: user.id, name: TOKEN_NAME, expiresAt: null });
    await auditOf(tx, user.id, "user.create");
    return { name: NAME, password, token };
  });
}

/** For an operator at the machine who lost the password: another one for `admin`, who can sign in again, and a new token. */
export async function resetAdministrator(db: Db): Promise<Administrator> {
  const password = newPassword();
  const passwordHash = await hashPassword(password);
  return inTx(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(tx);
    const known = await findUser(tx, NAME);
    const user = known ?? (await insertUser(tx, { name: NAME, role: "administrator", email: null, passwordHash }));
    await tx
      .updateTable("berth_user")
      .set((set) => ({
        role: "administrator",
        password_hash: passwordHash,
        disabled_at: null,
        version: set("version", "+", 1),
      }))
      .where("id", "=", user.id)
      .execute();
    await endSessions(tx, user.id);
    await tx
      .updateTable("api_token")
      .set({ revoked_at: sql<Date>`now()` })
      .where("user_id", "=", user.id)
      .where("name", "=", TOKEN_NAME)
      .where("revoked_at", "is", null)
      .execute();
    const { token } = await insertToken(tx, { userId: user.id, name: TOKEN_NAME, expiresAt: null });
    await auditOf(tx, user.id, "user.reset-password");
    return { name: NAME, password, token };
  });
}

function auditOf(tx: Tx, userId: string, action: string): Promise<void> {
  return audit(tx, {
    actor: SYSTEM_ACTOR,
    action,
    object: { kind: "user", id: userId, name: NAME },
    outcome: "done",
  });
}
