import { sql } from "kysely";
import { audit } from "../audit/audit.ts";
import { type ExternalUser, signInExternal } from "../directories/external-users.ts";
import { directoryOf } from "../directories/ldap-rules.ts";
import { signInByDirectory } from "../directories/ldap-sign-in.ts";
import { openSecret, readSetting } from "../directories/sign-in-settings.ts";
import { refuseWeakPassword } from "../identity/common-passwords.ts";
import { hashPassword, isPasswordOf } from "../identity/passwords.ts";
import { endSessions, findUser, getUser, type UserRow } from "../identity/store.ts";
import type { Credentials } from "../kernel/auth/credentials.ts";
import { hashSecret } from "../kernel/auth/secrets.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { countedAttempt } from "./password-check.ts";
import { type OpenedSession, openSession, type SignInFrom } from "./session-open.ts";

interface Deps {
  readonly db: Db;
  readonly secrets: SecretBox;
}

interface Login {
  readonly name: string;
  readonly password: string;
  readonly from: SignInFrom;
}

type Proved = { readonly local: UserRow } | { readonly external: ExternalUser };

/**
 * Opens a session by name and password: of a user of Berth's own, or else of the directory. Whatever is wrong, the
 * answer is the same.
 */
export async function login(deps: Deps, given: Login): Promise<OpenedSession> {
  const { db } = deps;
  const name = given.name.toLowerCase();
  const { address } = given.from;
  const proved = await countedAttempt(db, { name, address }, () => prove(deps, { name, password: given.password }));
  if (proved === null) {
    await noteRefusal(db, given, "wrong name or password, or disabled");
    throw new AppError("unauthenticated", "The name or the password is wrong.");
  }
  try {
    return await inTx(db, async (tx) =>
      "local" in proved
        ? openSession(tx, { user: proved.local, source: "local", from: given.from })
        : openSession(tx, {
            user: await signInExternal(tx, proved.external, given.from),
            source: "ldap",
            from: given.from,
          }),
    );
  } catch (error) {
    if (error instanceof AppError) await noteRefusal(db, given, error.message);
    throw error;
  }
}

/** Who this is; null when the name or the password is wrong. A name of Berth's own is never asked for elsewhere. */
async function prove(deps: Deps, given: { name: string; password: string }): Promise<Proved | null> {
  const user = await findUser(deps.db, given.name);
  const setting = user?.source === "local" ? null : await readSetting(deps.db, "ldap");
  if (setting !== null) {
    const open = { directory: directoryOf(setting.settings), bindPassword: openSecret(deps, "ldap", setting) };
    const external = await signInByDirectory(open, given);
    return external === null ? null : { external };
  }
  const isRight = await isPasswordOf(user?.password_hash ?? null, given.password);
  return user !== null && isRight && user.disabled_at === null ? { local: user } : null;
}

async function noteRefusal(db: Db, given: Login, reason: string): Promise<void> {
  const user = await findUser(db, given.name);
  const { address, requestId } = given.from;
  await audit(db, {
    actor: { userId: null, name: given.name, origin: { address, requestId } },
    action: "session.create",
    object: { kind: "user", id: user?.id ?? "unknown", name: given.name },
    outcome: "refused",
    details: { reason },
  });
}

/** Ends what this request showed: its session, or its token. Answers the provider's token, for a sign-out there. */
export async function logout(
  { db, secrets }: Deps,
  actor: Actor,
  credentials: Credentials,
): Promise<{ source: string | null; idToken: string | null }> {
  const hash = hashSecret(credentials.secret);
  return inTx(db, async (tx) => {
    const ended =
      credentials.kind === "session"
        ? await tx.deleteFrom("session").where("secret_hash", "=", hash).returningAll().executeTakeFirst()
        : undefined;
    if (credentials.kind === "token") {
      await tx.updateTable("api_token").set({ revoked_at: sql<Date>`now()` }).where("secret_hash", "=", hash).execute();
    }
    await audit(tx, {
      actor,
      action: `${credentials.kind}.end`,
      object: { kind: "user", id: actor.userId ?? "", name: actor.name },
      outcome: "done",
    });
    const sealed = ended?.id_token_sealed ?? null;
    return { source: ended?.source ?? null, idToken: sealed === null ? null : openIdToken(secrets, sealed) };
  });
}

/** What an ID token is sealed for. */
export const ID_TOKEN_CONTEXT = "session/id-token";

/** Signing out must not fail because of it: without it the provider asks the user. */
function openIdToken(secrets: SecretBox, sealed: string): string | null {
  try {
    return secrets.open(sealed, ID_TOKEN_CONTEXT);
  } catch {
    return null;
  }
}

/** The current password is asked for again: a session left open must not be enough to take the account over. */
export async function changePassword(
  db: Db,
  actor: Actor,
  given: { current: string; next: string; address: string },
): Promise<void> {
  const user = await getUser(db, actor.userId ?? "");
  if (user.source !== "local") {
    throw new AppError("conflict", "Your password is not kept in Berth: change it where you have it from.");
  }
  const isRight = await countedAttempt(db, { name: user.name, address: given.address }, async () =>
    (await isPasswordOf(user.password_hash, given.current)) ? true : null,
  );
  if (isRight === null) {
    throw new AppError("invalid_request", "The current password is wrong.", {
      fields: [{ field: "current", message: "is wrong" }],
    });
  }
  await refuseWeakPassword({ password: given.next, userName: user.name, field: "next" });
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
