import { sql } from "kysely";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { addressGroup } from "../kernel/http/address-group.ts";
import { KNOWN_ADDRESS_DAYS, mayTryPassword, WINDOW_MINUTES } from "./login-rules.ts";

interface Attempt {
  readonly name: string;
  readonly address: string;
}

const LOCK_KEY = 7_770_102;
const windowStart = sql<Date>`now() - make_interval(mins => ${WINDOW_MINUTES})`;

/**
 * What `check` finds; `too_many_requests` after too many wrong passwords. The attempt is counted as failed before it is
 * tried, so that many at once can't slip through together. A right one takes back those before it; one that could not
 * be tried at all is not counted.
 */
export async function countedAttempt<T>(db: Db, attempt: Attempt, check: () => Promise<T | null>): Promise<T | null> {
  const address = addressGroup(attempt.address);
  const id = await countAttempt(db, { name: attempt.name, address });
  const found = await check().catch(async (error: unknown) => {
    await db.deleteFrom("login_failure").where("id", "=", id).execute();
    throw error;
  });
  if (found !== null) {
    await db.deleteFrom("login_failure").where("name", "=", attempt.name).where("address", "=", address).execute();
  }
  return found;
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
    const known = await tx
      .selectFrom("sign_in_address as a")
      .innerJoin("berth_user as u", "u.id", "a.user_id")
      .select("a.at")
      .where("u.name", "=", name)
      .where("a.address", "=", address)
      .where("a.at", ">", sql<Date>`now() - make_interval(days => ${KNOWN_ADDRESS_DAYS})`)
      .executeTakeFirst();
    if (!mayTryPassword(failures, { isKnownAddress: known !== undefined })) {
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
