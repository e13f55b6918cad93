import { createHash } from "node:crypto";
import { LdapSettings, OidcSettings, SessionSettings } from "@berth/api/sign-in.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { type AuditActor, audit, changeOf } from "../audit/audit.ts";
import { canonicalJson } from "../audit/chain-rules.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { endSessionsOf } from "./external-users.ts";

const SCHEMAS = { ldap: LdapSettings, oidc: OidcSettings, session: SessionSettings };
export type SettingKind = keyof typeof SCHEMAS;
export type SettingsOf<K extends SettingKind> = z.output<(typeof SCHEMAS)[K]>;

export interface Setting<K extends SettingKind> {
  readonly version: number;
  readonly settings: SettingsOf<K>;
  readonly secretSealed: string | null;
  readonly updatedAt: Date;
}

interface Deps {
  readonly db: Db;
  readonly secrets: SecretBox;
}

/**
 * A secret goes to nobody but whom it was given for: it is sealed together with these settings, and whoever changes one
 * of them must give it again.
 */
const BOUND_TO: Record<SettingKind, readonly string[]> = {
  ldap: ["url", "startTls", "ca", "bindDn"],
  oidc: ["issuer", "clientId", "ca"],
  session: [],
};

export async function readSetting<K extends SettingKind>(db: Db | Tx, kind: K): Promise<Setting<K> | null> {
  const row = await db.selectFrom("sign_in_setting").selectAll().where("kind", "=", kind).executeTakeFirst();
  if (row === undefined) return null;
  return {
    version: row.version,
    // Checked by this schema when it was written; read by it, so that what a newer version adds has its standard value.
    settings: SCHEMAS[kind].parse(row.settings) as SettingsOf<K>,
    secretSealed: row.secret_sealed,
    updatedAt: row.updated_at,
  };
}

export async function getSetting<K extends "ldap" | "oidc">(db: Db | Tx, kind: K): Promise<Setting<K>> {
  const setting = await readSetting(db, kind);
  if (setting !== null) return setting;
  throw new AppError("not_found", kind === "ldap" ? "No directory is set up." : "No OpenID provider is set up.");
}

/** The secret of a setting, in the clear. @throws AppError `unavailable` when it does not open: the key is another one. */
export function openSecret<K extends SettingKind>(
  { secrets }: Pick<Deps, "secrets">,
  kind: K,
  setting: Pick<Setting<K>, "settings" | "secretSealed">,
): string | null {
  if (setting.secretSealed === null) return null;
  try {
    return secrets.open(setting.secretSealed, contextOf(kind, setting.settings));
  } catch (cause) {
    throw new AppError("unavailable", "The secret of this way to sign in can't be opened: it must be given again.", {
      cause,
    });
  }
}

/** Puts settings in the place of those that were there. Without a secret the old one stays, where it still fits. */
export async function writeSetting<K extends SettingKind>(
  { db, secrets }: Deps,
  actor: AuditActor,
  given: { kind: K; settings: SettingsOf<K>; secret: string | undefined; secretField: string },
): Promise<Setting<K>> {
  const { kind, settings, secret } = given;
  return inTx(db, async (tx) => {
    const old = await readSetting(tx, kind);
    const secretSealed =
      secret === undefined ? keptSecret(given, old) : secrets.seal(secret, contextOf(kind, settings));
    const values = { settings: JSON.stringify(settings), secret_sealed: secretSealed };
    await tx
      .insertInto("sign_in_setting")
      .values({ kind, ...values })
      .onConflict((conflict) =>
        conflict
          .column("kind")
          .doUpdateSet({ ...values, version: sql`sign_in_setting.version + 1`, updated_at: sql`now()` }),
      )
      .execute();
    await audit(tx, {
      actor,
      action: `sign-in.set-${kind}`,
      object: { kind: "sign-in", id: kind },
      outcome: "done",
      ...changeOf({ ...old?.settings }, { ...settings }),
      details: { secret: secret === undefined ? "as before" : "given" },
    });
    const written = await readSetting(tx, kind);
    if (written === null) throw new Error(`the setting ${kind} is not there after it was written`);
    return written;
  });
}

/** Sessions that were opened this way end: nobody would look any more whether their users are still let in there. */
export async function deleteSetting(db: Db, actor: AuditActor, kind: "ldap" | "oidc"): Promise<void> {
  await inTx(db, async (tx) => {
    const old = await getSetting(tx, kind);
    await tx.deleteFrom("sign_in_setting").where("kind", "=", kind).execute();
    const sessions = await endSessionsOf(tx, kind);
    await audit(tx, {
      actor,
      action: `sign-in.delete-${kind}`,
      object: { kind: "sign-in", id: kind },
      outcome: "done",
      before: { ...old.settings },
      details: { sessionsEnded: sessions },
    });
  });
}

/** Settings to try: those given, with the old secret where it still fits; or else those that are set. */
export async function settingToTest<K extends "ldap" | "oidc">(
  deps: Deps,
  kind: K,
  given: { settings: SettingsOf<K>; secret: string | undefined } | null,
): Promise<{ settings: SettingsOf<K>; secret: string | null }> {
  if (given === null) {
    const setting = await getSetting(deps.db, kind);
    return { settings: setting.settings, secret: openSecret(deps, kind, setting) };
  }
  const { settings, secret } = given;
  if (secret !== undefined) return { settings, secret };
  const old = await readSetting(deps.db, kind);
  const secretSealed = keptSecret({ kind, settings, secretField: "settings" }, old);
  return { settings, secret: openSecret(deps, kind, { settings, secretSealed }) };
}

function keptSecret<K extends SettingKind>(
  given: { kind: K; settings: SettingsOf<K>; secretField: string },
  old: Setting<K> | null,
): string | null {
  if (old === null || old.secretSealed === null) return null;
  if (contextOf(given.kind, given.settings) === contextOf(given.kind, old.settings)) return old.secretSealed;
  throw new AppError(
    "invalid_request",
    `The secret belongs to ${BOUND_TO[given.kind].join(", ")} as they were: give it again with the new ones.`,
    { fields: [{ field: given.secretField, message: "is needed with changed settings" }] },
  );
}

function contextOf<K extends SettingKind>(kind: K, settings: SettingsOf<K>): string {
  const bound = Object.entries(settings).filter(([name]) => BOUND_TO[kind].includes(name));
  const digest = createHash("sha256")
    .update(canonicalJson(Object.fromEntries(bound)))
    .digest("hex");
  return `sign-in/${kind}/${digest}`;
}
