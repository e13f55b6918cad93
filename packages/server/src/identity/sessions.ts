import { sql } from "kysely";
import type { Credentials } from "../kernel/auth/credentials.ts";
import { hashSecret, newSecret } from "../kernel/auth/secrets.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { audit } from "./audit.ts";
import { checkPassword } from "./password-check.ts";
import { hashPassword } from "./passwords.ts";
import { endSessions, findUser, getUser, type RoleName, roleOf } from "./store.ts";

export const SESSION_HOURS = 12;

interface Login {
  readonly name: string;
  readonly password: string;
  readonly address: string;
  readonly requestId: string;
}

/** Opens a session. Whatever is wrong, the answer is the same, and takes as long. */
export async function login(
  db: Db,
  given: Login,
): Promise<{ secret: string; name: string; role: RoleName; expiresAt: Date }> {
  const user = await findUser(db, given.name);
  const isRight = await checkPassword(db, { ...given, passwordHash: user?.password_hash ?? null });
  if (!isRight || user === null || user.disabled_at !== null) {
    await audit(db, {
      actor: { userId: null, name: given.name },
      action: "session.create",
      object: { kind: "user", id: user?.id ?? "unknown", name: given.name },
      outcome: "refused",
      requestId: given.requestId,
      details: { address: given.address },
    });
    throw new AppError("unauthenticated", "The name or the password is wrong.");
  }
  const secret = newSecret("session");
  const expiresAt = new Date(Date.now() + SESSION_HOURS * 3_600_000);
  await inTx(db, async (tx) => {
    await tx.deleteFrom("session").where("expires_at", "<", sql<Date>`now()`).execute();
    await tx
      .insertInto("session")
      .values({ secret_hash: hashSecret(secret), user_id: user.id, expires_at: expiresAt })
      .execute();
    await audit(tx, {
      actor: { userId: user.id, name: user.name },
      action: "session.create",
      object: { kind: "user", id: user.id, name: user.name },
      outcome: "done",
      requestId: given.requestId,
      details: { address: given.address },
    });
  });
  return { secret, name: user.name, role: roleOf(user), expiresAt };
}

/** Ends what this request showed: its session, or its token. */
export async function logout(db: Db, actor: Actor, credentials: Credentials): Promise<void> {
  const hash = hashSecret(credentials.secret);
  await inTx(db, async (tx) => {
    if (credentials.kind === "session") await tx.deleteFrom("session").where("secret_hash", "=", hash).execute();
    else {
      await tx.updateTable("api_token").set({ revoked_at: sql<Date>`now()` }).where("secret_hash", "=", hash).execute();
    }
    await audit(tx, {
      actor,
      action: `${credentials.kind}.end`,
      object: { kind: "user", id: actor.userId ?? "", name: actor.name },
      outcome: "done",
    });
  });
}

/** The current password is asked for again: a session left open must not be enough to take the account over. */
export async function changePassword(
  db: Db,
  actor: Actor,
  given: { current: string; next: string; address: string },
): Promise<void> {
  const user = await getUser(db, actor.name);
  const isRight = await checkPassword(db, {
    name: user.name,
    address: given.address,
    password: given.current,
    passwordHash: user.password_hash,
  });
  if (!isRight) {
    throw new AppError("invalid_request", "The current password is wrong.", {
      fields: [{ field: "current", message: "is wrong" }],
    });
  }
  const passwordHash = await hashPassword(given.next);
  await inTx(db, async (tx) => {
    await tx
      .updateTable("berth_user")
      .set((set) => ({ password_hash: passwordHash, version: set("version", "+", 1) }))
      .where("id", "=", user.id)
      .execute();
    await endSessions(tx, user.id);
    await audit(tx, {
      actor,
      action: "user.change-password",
      object: { kind: "user", id: user.id, name: user.name },
      outcome: "done",
    });
  });
}
