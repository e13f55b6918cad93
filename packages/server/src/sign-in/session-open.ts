import { sql } from "kysely";
import { audit } from "../audit/audit.ts";
import { readSetting } from "../directories/sign-in-settings.ts";
import type { UserRow } from "../identity/store.ts";
import { hashSecret, newSecret } from "../kernel/auth/secrets.ts";
import type { Tx } from "../kernel/db/db.ts";
import { addressGroup } from "../kernel/http/address-group.ts";
import { KNOWN_ADDRESS_DAYS } from "./login-rules.ts";

/** Where a sign-in comes from. */
export interface SignInFrom {
  readonly address: string;
  readonly userAgent: string | null;
  readonly requestId: string;
}

export interface OpenedSession {
  /** Kept nowhere: it goes into the cookie. */
  readonly secret: string;
  readonly user: UserRow;
  readonly expiresAt: Date;
}

const HOURS = 12;
const IDLE_MINUTES = 60;

/** Opens a session for a user who has proved who he is. */
export async function openSession(
  tx: Tx,
  given: { user: UserRow; source: "local" | "ldap" | "oidc"; from: SignInFrom; idTokenSealed?: string | null },
): Promise<OpenedSession> {
  const { user, source, from } = given;
  const limits = (await readSetting(tx, "session"))?.settings ?? { hours: HOURS, idleMinutes: IDLE_MINUTES };
  const secret = newSecret("session");
  await tx.deleteFrom("session").where("expires_at", "<", sql<Date>`now()`).execute();
  const row = await tx
    .insertInto("session")
    .values({
      secret_hash: hashSecret(secret),
      user_id: user.id,
      source,
      address: from.address,
      user_agent: from.userAgent,
      idle_minutes: limits.idleMinutes,
      expires_at: sql<Date>`now() + make_interval(hours => ${limits.hours})`,
      id_token_sealed: given.idTokenSealed ?? null,
    })
    .returning(["id", "expires_at"])
    .executeTakeFirstOrThrow();
  await tx.updateTable("berth_user").set({ last_sign_in_at: sql<Date>`now()` }).where("id", "=", user.id).execute();
  await noteAddress(tx, user.id, addressGroup(from.address));
  await audit(tx, {
    actor: {
      userId: user.id,
      name: user.name,
      shown: { kind: "session", id: row.id },
      origin: { address: from.address, requestId: from.requestId },
    },
    action: "session.create",
    object: { kind: "user", id: user.id, name: user.name },
    outcome: "done",
    details: { source },
  });
  return { secret, user, expiresAt: row.expires_at };
}

async function noteAddress(tx: Tx, userId: string, address: string): Promise<void> {
  await tx
    .insertInto("sign_in_address")
    .values({ user_id: userId, address })
    .onConflict((conflict) => conflict.columns(["user_id", "address"]).doUpdateSet({ at: sql<Date>`now()` }))
    .execute();
  await tx
    .deleteFrom("sign_in_address")
    .where("at", "<", sql<Date>`now() - make_interval(days => ${KNOWN_ADDRESS_DAYS})`)
    .execute();
}
