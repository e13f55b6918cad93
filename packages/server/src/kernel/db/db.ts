import { Kysely, PostgresDialect, type Transaction } from "kysely";
import pg from "pg";
import type { Tables } from "./tables.ts";

// Numbers of ours stay far below 2^53; the driver would hand out bigint as text.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/** A controller that stands still in the middle of a transaction must not keep its row locks from the others. */
const IDLE_IN_TRANSACTION_MS = 20_000;

/** Opens a pool on a PostgreSQL URL. */
export function openDb(url: string, options: { maxConnections?: number } = {}): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  // A connection that breaks fails its own query; unheard, it would end the process too.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

const RETRYABLE = new Set(["40001", "40P01"]);
const MAX_ATTEMPTS = 6;

/**
 * Runs `fn` in one transaction, and again when the database asked for it (serialization failure 40001, deadlock
 * 40P01): so `fn` must do nothing but database work. Exclusion violations (23P01) are the caller's to understand.
 */
export async function inTx<T>(db: Db, fn: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(fn);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}

/** The database asks for the transaction once more. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error) ?? "");
}

/** Lost connection, restart, too many clients: nothing is wrong with what was asked, and it may work in a moment. */
export function isDatabaseAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return state.startsWith("08") || /^57P0[1-5]$/.test(state) || state === "53300";
  // The driver has no class for these. Its place in the stack tells them from a lost connection to anything else.
  if (!(error instanceof Error) || !error.stack?.includes("/node_modules/pg")) return false;
  const code = "code" in error ? String(error.code) : "";
  return NETWORK_CODES.has(code) || LOST_CONNECTION.test(error.message);
}

const NETWORK_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOENT"]);
const LOST_CONNECTION =
  /^(?:Connection terminated|Client (?:has encountered a connection error|was closed)|timeout exceeded when)/;

/** The SQLSTATE of a database error, or null for any other. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}
