import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { type AuditActor, audit, changeOf } from "../audit/audit.ts";
import type { UserRow } from "../identity/store.ts";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { externalGroupsOf, userNameOf } from "./external-user-rules.ts";

type Origin = NonNullable<AuditActor["origin"]>;

/** Who somebody is, by a directory or an OpenID provider that has let him in. */
export interface ExternalUser {
  readonly source: "ldap" | "oidc";
  /** What never changes there. */
  readonly subject: string;
  readonly name: string;
  readonly displayName: string | null;
  readonly email: string | null;
  /** All names of all groups that he is in there. */
  readonly groups: readonly string[];
}

/**
 * Makes or finds the user, and sets which groups he is in by this source. A user who signs in another way is never
 * taken over, whatever his name. In the transaction that opens the session.
 * @throws AppError `invalid_request` for a name that can't be one here, `conflict` for one that is taken, `forbidden`
 * when the user is disabled.
 */
export async function signInExternal(tx: Tx, given: ExternalUser, origin?: Origin): Promise<UserRow> {
  const name = userNameOf(given.name);
  if (name === null) {
    throw new AppError(
      "invalid_request",
      `${given.name.slice(0, 100)} can't be a user's name here: letters a to z, digits, dots, hyphens, underscores and @, at most 100.`,
    );
  }
  const user = (await findBySubject(tx, given)) ?? (await makeUser(tx, { ...given, name }, origin));
  if (user.disabled_at !== null) {
    throw new AppError("forbidden", "Your account is disabled in Berth. Ask an administrator.");
  }
  const updated = await bringUpToDate(tx, user, { ...given, name }, origin);
  await setGroups(tx, updated, given, origin);
  return updated;
}

async function findBySubject(tx: Tx, { source, subject }: ExternalUser): Promise<UserRow | undefined> {
  return tx
    .selectFrom("berth_user")
    .selectAll()
    .where("source", "=", source)
    .where("subject", "=", subject)
    .forUpdate()
    .executeTakeFirst();
}

async function makeUser(tx: Tx, given: ExternalUser, origin: Origin | undefined): Promise<UserRow> {
  const { name, source } = given;
  const made = await tx
    .insertInto("berth_user")
    .values({
      id: randomUUID(),
      name,
      role: "user",
      password_hash: null,
      source,
      subject: given.subject,
      ...contactOf(given),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (made !== undefined) {
    await audit(tx, {
      actor: actorOf(made, origin),
      action: "user.create",
      object: { kind: "user", id: made.id, name },
      outcome: "done",
      after: { name, role: made.role, source },
    });
    return made;
  }
  // The same user at the same moment from elsewhere, or another one of this name.
  const same = await findBySubject(tx, given);
  if (same !== undefined) return same;
  throw new AppError(
    "conflict",
    `There is a user named ${name} already, who signs in another way. An administrator must give one of the two another name.`,
  );
}

/** Name, mail and full name follow the source; a new name that is taken here waits until it is free. */
async function bringUpToDate(tx: Tx, user: UserRow, given: ExternalUser, origin: Origin | undefined): Promise<UserRow> {
  const isTaken = await tx
    .selectFrom("berth_user")
    .select("id")
    .where("name", "=", given.name)
    .where("id", "!=", user.id)
    .executeTakeFirst();
  const next = {
    name: isTaken === undefined ? given.name : user.name,
    ...contactOf(given),
  };
  const { before, after } = changeOf({ name: user.name, email: user.email, display_name: user.display_name }, next);
  if (Object.keys(after).length === 0) return user;
  const updated = await tx
    .updateTable("berth_user")
    .set((set) => ({ ...next, version: set("version", "+", 1) }))
    .where("id", "=", user.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await audit(tx, {
    actor: actorOf(user, origin),
    action: "user.update",
    object: { kind: "user", id: user.id, name: updated.name },
    outcome: "done",
    before,
    after,
    details: { source: given.source },
  });
  return updated;
}

async function setGroups(tx: Tx, user: UserRow, given: ExternalUser, origin: Origin | undefined): Promise<void> {
  const known = await tx
    .selectFrom("user_group")
    .select(["id", "name", "external"])
    .where("external", "is not", null)
    .orderBy("name")
    .execute();
  const wanted = externalGroupsOf(known, given);
  const had = await tx
    .selectFrom("user_group_member as m")
    .innerJoin("user_group as g", "g.id", "m.group_id")
    .select(["g.id", "g.name"])
    .where("m.user_id", "=", user.id)
    .where("m.source", "=", given.source)
    .orderBy("g.name")
    .execute();
  const { before, after } = changeOf({ groups: had.map((g) => g.name) }, { groups: wanted.map((g) => g.name) });
  if (Object.keys(after).length === 0) return;
  await tx.deleteFrom("user_group_member").where("user_id", "=", user.id).where("source", "=", given.source).execute();
  if (wanted.length > 0) {
    await tx
      .insertInto("user_group_member")
      .values(wanted.map((group) => ({ group_id: group.id, user_id: user.id, source: given.source })))
      .execute();
  }
  await audit(tx, {
    actor: actorOf(user, origin),
    action: "user.set-groups",
    object: { kind: "user", id: user.id, name: user.name },
    outcome: "done",
    before,
    after,
    details: { source: given.source },
  });
}

/** Ends all sessions that were opened by this way to sign in. */
export async function endSessionsOf(tx: Tx, source: ExternalUser["source"]): Promise<number> {
  const ended = await sql`delete from session where source = ${source}`.execute(tx);
  return Number(ended.numAffectedRows ?? 0n);
}

function contactOf({ email, displayName }: ExternalUser) {
  return { email: email?.slice(0, 254) ?? null, display_name: displayName?.slice(0, 200) ?? null };
}

function actorOf(user: { id: string; name: string }, origin: Origin | undefined): AuditActor {
  return { userId: user.id, name: user.name, ...(origin === undefined ? {} : { origin }) };
}
