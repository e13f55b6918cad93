import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { silentLog } from "../log.ts";
import { ENGINE_SCHEMA_VERSION, migrateEngine } from "../workflow/dbos.ts";
import { type Db, openDb } from "./db.ts";
import { startEmbedded, stopEmbedded } from "./embedded.ts";
import { type Migration, migrate, readMigrations } from "./migrate.ts";

/**
 * Real PostgreSQL for tests: one throwaway server per machine and user, found running or started; one template
 * database per set of migrations; a clone of it per test file.
 */

const DIRECTORY = `/tmp/berth-test-pg-${userInfo().uid}`;
const USERS = join(DIRECTORY, "users");
const LOCK_KEY = 7_770_002;

export interface TestDb {
  readonly db: Db;
  readonly url: string;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

/**
 * A migrated, empty database of this caller's own. `blocks` are the first two digits of the migrations it needs; all
 * of them when absent. The kernel's tests need only "00": the kernel knows nothing of the rooms above.
 */
export async function createTestDb(options: { blocks?: readonly string[] } = {}): Promise<TestDb> {
  const release = await joinTestServer();
  const server = await startTestServer();
  const name = `test_${process.pid}_${randomBytes(4).toString("hex")}`;
  await asAdmin(server, async (client) => {
    const template = await ensureTemplate(client, server, await pick(options.blocks));
    await client.query(`create database ${name} template ${template}`);
  });
  const url = withDatabase(server, name);
  const db = openDb(url);
  return {
    db,
    url,
    drop: async () => {
      await db.destroy();
      await asAdmin(server, (client) => client.query(`drop database if exists ${name} with (force)`));
      await release();
    },
  };
}

/** An empty database without any table, for tests of the migrations themselves. */
export async function createEmptyDb(): Promise<{ url: string; drop(): Promise<void> }> {
  const release = await joinTestServer();
  const server = await startTestServer();
  const name = `empty_${process.pid}_${randomBytes(4).toString("hex")}`;
  await asAdmin(server, (client) => client.query(`create database ${name}`));
  return {
    url: withDatabase(server, name),
    drop: async () => {
      await asAdmin(server, (client) => client.query(`drop database if exists ${name} with (force)`));
      await release();
    },
  };
}

/** Notes that this process uses the server, so that nobody stops it meanwhile. */
export async function joinTestServer(): Promise<() => Promise<void>> {
  await mkdir(DIRECTORY, { recursive: true, mode: 0o711 });
  await mkdir(USERS, { recursive: true, mode: 0o700 });
  const note = join(USERS, `${process.pid}-${randomBytes(4).toString("hex")}`);
  await writeFile(note, "");
  return () => rm(note, { force: true });
}

/** Stops the server unless another living process uses it. */
export async function stopTestServerIfIdle(): Promise<void> {
  for (const note of await readdir(USERS).catch(() => [])) {
    if (isAlive(Number(note.split("-")[0]))) return;
    await rm(join(USERS, note), { force: true });
  }
  await stopEmbedded(DIRECTORY);
}

async function startTestServer(): Promise<string> {
  return (await startEmbedded({ directory: DIRECTORY, log: silentLog, durable: false })).url;
}

async function pick(blocks: readonly string[] | undefined): Promise<Migration[]> {
  const all = await readMigrations();
  return blocks === undefined ? all : all.filter((migration) => blocks.includes(migration.name.slice(0, 2)));
}

async function ensureTemplate(client: pg.Client, server: string, migrations: readonly Migration[]): Promise<string> {
  const sums = migrations.map((migration) => migration.checksum).join();
  const name = `t_${createHash("sha256").update(`${ENGINE_SCHEMA_VERSION} ${sums}`).digest("hex").slice(0, 16)}`;
  await client.query("select pg_advisory_lock($1)", [LOCK_KEY]);
  const known = await client.query("select 1 from pg_database where datname = $1", [name]);
  if (known.rowCount === 0) {
    const half = `${name}_half`;
    await client.query(`drop database if exists ${half} with (force)`);
    await client.query(`create database ${half}`);
    const url = withDatabase(server, half);
    await migrate(url, migrations);
    await migrateEngine(url);
    await client.query(`alter database ${half} rename to ${name}`);
  }
  await client.query("select pg_advisory_unlock($1)", [LOCK_KEY]);
  return name;
}

async function asAdmin<T>(server: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
