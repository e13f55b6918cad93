import { Kysely, PostgresDialect, type Transaction } from "kysely";
import pg from "pg";
import type { Tables } from "./tables.ts";

// Numbers of ours stay far below 2^53; the driver would hand out bigint as text.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/** Opens a pool on a PostgreSQL URL. */
export function openDb(url: string, options: { maxConnections?: number } = {}): Db {
  const pool = new pg.Pool({ connectionString: url, max: options.maxConnections ?? 10 });
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

/** The SQLSTATE of a database error, or null for any other. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}
