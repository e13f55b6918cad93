import { randomBytes } from "node:crypto";
import type { ConsoleKind } from "@berth/api/console.ts";
import { hashSecret } from "../kernel/auth/secrets.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { SubjectKind } from "./targets.ts";

/** Who may open what, once. */
export interface Ticket {
  readonly userId: string;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  readonly kind: ConsoleKind;
  readonly watchOnly: boolean;
}

const FORM = /^berth_con_[A-Za-z0-9_-]{43}$/;

/** Keeps the ticket under the hash of a secret, which is told once. */
export async function issueTicket(
  db: Db,
  ticket: Ticket,
  terms: { readonly now: Date; readonly ticketMs: number; readonly perUser: number },
): Promise<{ secret: string; expiresAt: Date }> {
  const secret = `berth_con_${randomBytes(32).toString("base64url")}`;
  const expiresAt = new Date(terms.now.getTime() + terms.ticketMs);
  await inTx(db, async (tx) => {
    await tx.deleteFrom("console_ticket").where("expires_at", "<=", terms.now).execute();
    const { waiting } = await tx
      .selectFrom("console_ticket")
      .select((eb) => eb.fn.countAll<number>().as("waiting"))
      .where("user_id", "=", ticket.userId)
      .executeTakeFirstOrThrow();
    if (waiting >= terms.perUser) throw new AppError("too_many_requests", TOO_MANY);
    await tx
      .insertInto("console_ticket")
      .values({
        secret_hash: hashSecret(secret),
        user_id: ticket.userId,
        subject_kind: ticket.subjectKind,
        subject_id: ticket.subjectId,
        kind: ticket.kind,
        watch_only: ticket.watchOnly,
        expires_at: expiresAt,
      })
      .execute();
  });
  return { secret, expiresAt };
}

const TOO_MANY = "You have asked for many consoles in this minute. Wait a moment, then ask again.";

/** Takes the ticket away: whoever comes second finds none. Another user's is left where it is. */
export async function useTicket(
  db: Db,
  given: { readonly secret: string; readonly userId: string; readonly now: Date },
): Promise<Ticket | null> {
  if (!FORM.test(given.secret)) return null;
  const row = await db
    .deleteFrom("console_ticket")
    .where("secret_hash", "=", hashSecret(given.secret))
    .where("user_id", "=", given.userId)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined || row.expires_at.getTime() <= given.now.getTime()) return null;
  return {
    userId: row.user_id,
    // The database checks both columns against these words.
    subjectKind: row.subject_kind as SubjectKind,
    subjectId: row.subject_id,
    kind: row.kind as ConsoleKind,
    watchOnly: row.watch_only,
  };
}
