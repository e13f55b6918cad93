import { sql } from "kysely";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { mayTryPassword, WINDOW_MINUTES } from "./login-rules.ts";
import { isPasswordOf } from "./passwords.ts";

interface Attempt {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  /** Null for a user who does not exist. */
  readonly passwordHash: string | null;
}

const LOCK_KEY = 7_770_102;
const windowStart = sql<Date>`now() - make_interval(mins => ${WINDOW_MINUTES})`;

/**
 * Whether the password is right; `too_many_requests` after too many wrong ones. The attempt is counted as failed before
 * it is tried, so that many at once can't slip through together; one that is right is taken off again.
 */
export async function checkPassword(db: Db, attempt: Attempt): Promise<boolean> {
  const id = await countAttempt(db, attempt);
  const isRight = await isPasswordOf(attempt.passwordHash, attempt.password);
  if (isRight) await db.deleteFrom("login_failure").where("id", "=", id).execute();
  return isRight;
}

async function countAttempt(db: Db, { name, address }: Attempt): Promise<number> {
  return inTx(db, async (tx) => {
    // One at a time, for a moment: or many at once would each see the others, and all be refused.
    await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(tx);
    await tx.deleteFrom("login_failure").where("at", "<", windowStart).execute();
    const failures = await tx
      .selectFrom("login_failure")
      .where((where) => where.or([where("name", "=", name), where("address", "=", address)]))
      .select(({ fn }) => [
        fn
          .countAll<number>()
          .filterWhere("name", "=", name)
          .filterWhere("address", "=", address)
          .as("ofNameFromAddress"),
        fn.countAll<number>().filterWhere("address", "=", address).as("fromAddress"),
        fn.countAll<number>().filterWhere("name", "=", name).as("ofName"),
      ])
      .executeTakeFirstOrThrow();
    if (!mayTryPassword(failures)) {
      throw new AppError(
        "too_many_requests",
        `Too many wrong passwords. Try again in ${WINDOW_MINUTES} minutes, or ask an administrator.`,
      );
    }
    const row = await tx
      .insertInto("login_failure")
      .values({ name, address })
      .returning("id")
      .executeTakeFirstOrThrow();
    return row.id;
  });
}
