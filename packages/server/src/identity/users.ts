import { randomUUID } from "node:crypto";
import type { RoleName } from "@berth/api/role.ts";
import { sql } from "kysely";
import { audit, changeOf } from "../audit/audit.ts";
import { newPassword } from "../kernel/auth/secrets.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { refuseWeakPassword } from "./common-passwords.ts";
import { hashPassword } from "./passwords.ts";
import { endSessions, getUser, lockAdministrators, lockUser, type UserRow } from "./store.ts";

interface NewUser {
  readonly name: string;
  readonly role: RoleName;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

interface WithPassword {
  readonly user: UserRow;
  /** The one that was made; null when the caller chose it. */
  readonly password: string | null;
}

export async function insertUser(
  tx: Tx,
  given: { name: string; role: RoleName; email: string | null; passwordHash: string },
): Promise<UserRow> {
  return tx
    .insertInto("berth_user")
    .values({
      id: randomUUID(),
      name: given.name,
      role: given.role,
      email: given.email,
      password_hash: given.passwordHash,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function createUser(db: Db, actor: Actor, given: NewUser): Promise<WithPassword> {
  const password = given.password ?? newPassword();
  // One that was made holds nobody's name but by chance.
  if (given.password !== undefined) await refuseWeakPassword({ password, userName: given.name, field: "password" });
  const passwordHash = await hashPassword(password);
  try {
    const user = await inTx(db, async (tx) => {
      const row = await insertUser(tx, { ...given, email: given.email ?? null, passwordHash });
      await audit(tx, {
        actor,
        action: "user.create",
        object: objectOf(row),
        outcome: "done",
        details: { role: row.role },
      });
      return row;
    });
    return { user, password: given.password === undefined ? password : null };
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
    throw new AppError("conflict", `There is a user named ${given.name} already.`, {
      fields: [{ field: "name", message: "is taken" }],
    });
  }
}

interface UserChange {
  readonly role?: RoleName | undefined;
  readonly email?: string | null | undefined;
}

export async function updateUser(
  db: Db,
  actor: Actor,
  given: { name: string; ifMatch: number; change: UserChange },
): Promise<UserRow> {
  return inTx(db, async (tx) => {
    const administrators = await lockAdministrators(tx);
    const user = await lockUser(tx, given.name);
    if (user.version !== given.ifMatch) {
      throw new AppError(
        "precondition_failed",
        `The user was changed meanwhile: it is at version ${user.version} now.`,
      );
    }
    if (given.change.role !== undefined && given.change.role !== "administrator") {
      refuseLastAdministrator(user, administrators);
    }
    const changed = await tx
      .updateTable("berth_user")
      .set((set) => ({
        role: given.change.role ?? user.role,
        email: given.change.email === undefined ? user.email : given.change.email,
        version: set("version", "+", 1),
      }))
      .where("id", "=", user.id)
      .where("version", "=", user.version)
      .returningAll()
      .executeTakeFirstOrThrow();
    await audit(tx, {
      actor,
      action: "user.update",
      object: objectOf(user),
      outcome: "done",
      ...changeOf({ role: user.role, email: user.email }, { role: changed.role, email: changed.email }),
    });
    return changed;
  });
}

/** A disabled user's sessions end at once; tokens are refused while it is disabled. */
export async function disableUser(db: Db, actor: Actor, name: string): Promise<UserRow> {
  return inTx(db, async (tx) => {
    const administrators = await lockAdministrators(tx);
    const user = await lockUser(tx, name);
    if (user.disabled_at !== null) return user;
    refuseLastAdministrator(user, administrators);
    await endSessions(tx, user.id);
    return setDisabled(tx, actor, user, "disable");
  });
}

export async function enableUser(db: Db, actor: Actor, name: string): Promise<UserRow> {
  return inTx(db, async (tx) => {
    const user = await lockUser(tx, name);
    return user.disabled_at === null ? user : setDisabled(tx, actor, user, "enable");
  });
}

export async function resetPassword(
  db: Db,
  actor: Pick<Actor, "userId" | "name">,
  given: { name: string; password?: string | undefined },
): Promise<WithPassword> {
  const password = given.password ?? newPassword();
  if (given.password !== undefined) {
    const { name: userName } = await getUser(db, given.name);
    await refuseWeakPassword({ password, userName, field: "password" });
  }
  const passwordHash = await hashPassword(password);
  const user = await inTx(db, async (tx) => {
    const { id, name, source } = await lockUser(tx, given.name);
    if (source !== "local") {
      throw new AppError("conflict", `The password of ${name} is not kept in Berth: it is changed where it is kept.`);
    }
    await endSessions(tx, id);
    const changed = await tx
      .updateTable("berth_user")
      .set((set) => ({ password_hash: passwordHash, version: set("version", "+", 1) }))
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await audit(tx, { actor, action: "user.reset-password", object: objectOf(changed), outcome: "done" });
    return changed;
  });
  return { user, password: given.password === undefined ? password : null };
}

async function setDisabled(tx: Tx, actor: Actor, user: UserRow, verb: "disable" | "enable"): Promise<UserRow> {
  const changed = await tx
    .updateTable("berth_user")
    .set((set) => ({
      disabled_at: verb === "disable" ? sql<Date>`now()` : null,
      version: set("version", "+", 1),
    }))
    .where("id", "=", user.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await audit(tx, { actor, action: `user.${verb}`, object: objectOf(user), outcome: "done" });
  return changed;
}

function refuseLastAdministrator(user: UserRow, administrators: readonly string[]): void {
  if (administrators.length === 1 && administrators[0] === user.id) {
    throw new AppError("conflict", `${user.name} is the only administrator left. Make another one first.`);
  }
}

function objectOf(user: UserRow) {
  return { kind: "user", id: user.id, name: user.name };
}
