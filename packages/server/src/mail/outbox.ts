import { randomUUID } from "node:crypto";
import type { Tx } from "../kernel/db/db.ts";
import { readSettings } from "./settings.ts";

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text, without the link. */
  readonly text: string;
  /** Path in the portal that the mail links to, such as `/requests/ID`. */
  readonly path: string | null;
  /** What it is about, for the list: approval, decision, deployment, lease. */
  readonly about: string;
}

/** Puts a mail into the outbox, in the transaction of what it tells of. Where no mail is sent, none is kept either. */
export async function writeMail(tx: Tx, mail: Mail): Promise<void> {
  const settings = await readSettings(tx);
  if (settings.host === null) return;
  const link = mail.path === null || settings.portal_url === null ? "" : `\n${settings.portal_url}${mail.path}\n`;
  await tx
    .insertInto("mail")
    .values({
      id: randomUUID(),
      recipient: mail.to,
      subject: mail.subject,
      body: `${mail.text}\n${link}\n--\nBerth\n`,
      about: mail.about,
    })
    .execute();
}
