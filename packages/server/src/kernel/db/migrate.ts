import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import pg from "pg";

const MIGRATIONS_DIR = new URL("./migrations/", import.meta.url);
const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;
/** Any constant: whoever holds it migrates. */
const LOCK_KEY = 7_770_001;
const NO_TRANSACTION = "-- no-transaction";

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** All migrations in the order of their numbers. */
export async function readMigrations(directory: URL = MIGRATIONS_DIR): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  const bad = names.find((name) => !FILE_NAME.test(name));
  if (bad !== undefined) throw new Error(`migration ${bad} is not named NNNN-name.sql`);
  const numbers = names.map((name) => name.slice(0, 4));
  const twice = numbers.find((number, i) => numbers.indexOf(number) !== i);
  if (twice !== undefined) throw new Error(`two migrations have the number ${twice}`);
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, directory), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/**
 * Brings the database up to date. One caller at a time migrates, the others wait; each file runs in one transaction,
 * but for those whose first line is `-- no-transaction`. A merged file that was edited is an error.
 */
export async function migrate(databaseUrl: string, migrations?: readonly Migration[]): Promise<{ applied: string[] }> {
  const wanted = migrations ?? (await readMigrations());
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK_KEY]);
    await client.query(`create table if not exists migration (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`);
    const known = await client.query<{ name: string; checksum: string }>("select name, checksum from migration");
    const checksums = new Map(known.rows.map((row) => [row.name, row.checksum]));
    const applied: string[] = [];
    for (const migration of wanted) {
      const recorded = checksums.get(migration.name);
      if (recorded === migration.checksum) continue;
      if (recorded !== undefined) throw new Error(`migration ${migration.name} was changed after it had been applied`);
      await apply(client, migration);
      applied.push(migration.name);
    }
    return { applied };
  } finally {
    // Ending the session gives the lock back too.
    await client.end();
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const alone = migration.sql.startsWith(NO_TRANSACTION);
  try {
    if (!alone) await client.query("begin");
    await client.query(migration.sql);
    await client.query("insert into migration (name, checksum) values ($1, $2)", [migration.name, migration.checksum]);
    if (!alone) await client.query("commit");
  } catch (error) {
    if (!alone) await client.query("rollback");
    throw new Error(`migration ${migration.name} failed`, { cause: error });
  }
}
