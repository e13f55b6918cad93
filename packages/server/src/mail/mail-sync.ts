import { type Selectable, sql } from "kysely";
import type { Db } from "../kernel/db/db.ts";
import type { MailTable } from "../kernel/db/tables.ts";
import type { Log } from "../kernel/log.ts";
import type { Reconciler } from "../kernel/schedule/reconcile.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { isForGood, pauseAfter } from "./rules.ts";
import { readSettings, serverOf } from "./settings.ts";
import { failureOf, type Letter, type MailServer, sendMail } from "./transport.ts";

export interface MailSyncDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly log: Log;
  /** Of nodemailer's; another one for tests. */
  readonly send?: (server: MailServer, letter: Letter) => Promise<string>;
}

type MailRow = Selectable<MailTable>;

const BATCH = 50;
const KEPT_DAYS = 30;
/** Longer than an attempt can take: one whose controller died is tried again after it. */
const CLAIM = "5 minutes";

/** Sends what waits in the outbox, and tries again later what did not go. */
export function mailSync({ db, secrets, log, send = sendMail }: MailSyncDeps): Reconciler {
  return {
    name: "mail-sync",
    everyMs: 3_000,
    async pass(signal) {
      const seen = { checked: 0, changed: 0, failed: 0 };
      await dropOld(db);
      const server = serverOf(secrets, await readSettings(db));
      if (server === null) return seen;
      for (const mail of await claimDue(db)) {
        if (signal.aborted) break;
        seen.checked += 1;
        try {
          await send(server, { id: mail.id, to: mail.recipient, subject: mail.subject, text: mail.body });
          await db
            .updateTable("mail")
            .set((eb) => ({ state: "sent", sent_at: sql`now()`, error: null, attempts: eb("attempts", "+", 1) }))
            .where("id", "=", mail.id)
            .execute();
          seen.changed += 1;
        } catch (error) {
          seen.failed += 1;
          await noteFailure(db, mail, error);
          log.warn("mail was not sent", { mailId: mail.id, attempt: mail.attempts + 1, error: failureOf(error) });
        }
      }
      return seen;
    },
  };
}

/** Those that are due, put off so far that no other controller takes them meanwhile. */
async function claimDue(db: Db): Promise<MailRow[]> {
  const { rows } = await sql<MailRow>`
    update mail set next_attempt_at = now() + ${CLAIM}::interval
    where id in (
      select id from mail where state = 'waiting' and next_attempt_at <= now()
      order by next_attempt_at limit ${BATCH} for update skip locked)
    returning *`.execute(db);
  return rows;
}

async function noteFailure(db: Db, mail: MailRow, error: unknown): Promise<void> {
  const failure = failureOf(error);
  const attempts = mail.attempts + 1;
  const pauseMs = isForGood(failure) ? null : pauseAfter(attempts);
  const next = pauseMs === null ? { state: "given-up" } : { next_attempt_at: new Date(Date.now() + pauseMs) };
  await db
    .updateTable("mail")
    .set({ ...next, attempts, error: failure.message })
    .where("id", "=", mail.id)
    .execute();
}

async function dropOld(db: Db): Promise<void> {
  await sql`
    delete from mail where state <> 'waiting' and created_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(db);
}
