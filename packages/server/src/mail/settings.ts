import type { MailSettings, mailContract } from "@berth/api/mail.ts";
import type { Selectable } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import type { MailSettingsTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { MailServer } from "./transport.ts";

export type SettingsRow = Selectable<MailSettingsTable>;
type Wish = z.output<typeof mailContract.putMailSettings.body>;

export interface SettingsDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
}

export async function readSettings(db: Db | Tx): Promise<SettingsRow> {
  return db.selectFrom("mail_settings").selectAll().executeTakeFirstOrThrow();
}

/** Where people find the portal, without a slash at the end; null when nobody has said. */
export async function readPortalUrl(db: Db | Tx): Promise<string | null> {
  return (await readSettings(db)).portal_url;
}

export async function writeSettings(
  deps: SettingsDeps,
  actor: Actor,
  wish: Wish,
  ifMatch: number,
): Promise<SettingsRow> {
  return inTx(deps.db, async (tx) => {
    const before = await lockSettings(tx, ifMatch);
    const place = { host: wish.host, port: wish.port, tls: wish.tls, username: wish.username ?? null };
    const row = await tx
      .updateTable("mail_settings")
      .set({
        ...place,
        version: before.version + 1,
        ca: wish.ca ?? null,
        password_sealed: passwordOf(deps.secrets, before, wish, place),
        sender: wish.sender,
        portal_url: wish.portalUrl?.replace(/\/+$/, "") ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const { password: _, ...details } = wish;
    await audit(tx, { actor, action: "mail.set", object: MAIL, outcome: "done", details });
    return row;
  });
}

/** No mail is sent any more; what waits would come too late when it is turned on again. */
export async function dropSettings({ db }: SettingsDeps, actor: Actor): Promise<void> {
  await inTx(db, async (tx) => {
    await tx
      .updateTable("mail_settings")
      .set((eb) => ({
        host: null,
        sender: null,
        username: null,
        password_sealed: null,
        version: eb("version", "+", 1),
      }))
      .execute();
    await tx
      .updateTable("mail")
      .set({ state: "given-up", error: "mail was turned off" })
      .where("state", "=", "waiting")
      .execute();
    await audit(tx, { actor, action: "mail.off", object: MAIL, outcome: "done" });
  });
}

/** How to reach the server; null when no mail is sent. */
export function serverOf(secrets: SecretBox, row: SettingsRow): MailServer | null {
  if (row.host === null || row.sender === null) return null;
  return {
    host: row.host,
    port: row.port,
    tls: tlsOf(row),
    ca: row.ca,
    from: row.sender,
    login:
      row.username === null || row.password_sealed === null
        ? null
        : { username: row.username, password: secrets.open(row.password_sealed, sealedFor(row)) },
  };
}

export function settingsView(row: SettingsRow): z.input<typeof MailSettings> {
  return {
    version: row.version,
    host: row.host,
    port: row.port,
    tls: tlsOf(row),
    ca: row.ca,
    username: row.username,
    hasPassword: row.password_sealed !== null,
    sender: row.sender,
    portalUrl: row.portal_url,
  };
}

const MAIL = { kind: "mail", id: "mail" } as const;

async function lockSettings(tx: Tx, ifMatch: number): Promise<SettingsRow> {
  const row = await tx.selectFrom("mail_settings").selectAll().forUpdate().executeTakeFirstOrThrow();
  if (row.version !== ifMatch)
    throw new AppError(
      "precondition_failed",
      `the mail settings were changed meanwhile: they are at version ${row.version}`,
    );
  return row;
}

interface Place {
  readonly host: string | null;
  readonly port: number;
  readonly tls: string;
  readonly username: string | null;
}

/** A password goes with the place it was given for: whoever changes where it is sent must give it again. */
const sealedFor = ({ host, port, tls, username }: Place): string =>
  `mail:${JSON.stringify([host, port, tls, username])}`;

function passwordOf(secrets: SecretBox, before: SettingsRow, wish: Wish, place: Place): string | null {
  if (wish.username === undefined) {
    if (wish.password !== undefined) throw wrong("username", "is needed with a password");
    return null;
  }
  if (wish.tls === "none") throw wrong("tls", "a password is sent over TLS only: choose tls or starttls");
  if (wish.password !== undefined) return secrets.seal(wish.password, sealedFor(place));
  if (before.password_sealed === null) throw wrong("password", "is needed with a user name");
  if (sealedFor(before) !== sealedFor(place))
    throw wrong("password", "must be given again, since the server, port, TLS or user changed");
  return before.password_sealed;
}

function wrong(field: string, message: string): AppError {
  return new AppError("invalid_request", "the mail settings are not possible", { fields: [{ field, message }] });
}

/** The column's check allows nothing else. */
function tlsOf(row: SettingsRow): MailServer["tls"] {
  return row.tls as MailServer["tls"];
}
