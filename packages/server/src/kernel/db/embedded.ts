import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, chown, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Log } from "../log.ts";
import { choosePlace, type PgPlace } from "./embedded-place.ts";

/**
 * Berth's own PostgreSQL. It is nobody's child: it outlives the process that started it, so that a controller may be
 * killed at any moment without taking the database along. It listens on 127.0.0.1 only and asks for a password that
 * only the caller can read.
 */

const run = promisify(execFile);
const USER = "berth";
const DATABASE = "berth";
const START_LIMIT_S = 60;
const LOCK_LIMIT_MS = 120_000;

export interface EmbeddedOptions {
  /** Where the password and the pointer to the data are kept; the data too, when PostgreSQL's user can reach it. */
  readonly directory: string;
  readonly log: Log;
  /** False for throwaway databases: faster, and lost with the power. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly pid: number;
  /** False when it was running already. */
  readonly started: boolean;
}

/** Starts the embedded PostgreSQL, or finds it running; made on first use. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.directory, { recursive: true, mode: 0o711 });
  return withLock(join(options.directory, "starting.lock"), async () => {
    const place = await choosePlace(options.directory);
    const password = await ensurePassword(options.directory);
    const running = await readRunning(place);
    if (running !== null) return { ...running, url: urlOf(password, running.port), started: false };
    if (!(await exists(join(place.data, "PG_VERSION")))) {
      options.log.info("making the database", { directory: place.data });
      await initialise(place, password);
    }
    await configure(place, { port: await freePort(), durable: options.durable ?? true });
    await command(place, "pg_ctl", ["start", "-w", "-t", String(START_LIMIT_S), "-D", place.data, "-l", place.logFile]);
    const started = await readRunning(place);
    if (started === null) throw new Error(`PostgreSQL did not start; see ${place.logFile}`);
    options.log.info("database started", { pid: started.pid, port: started.port });
    return { ...started, url: urlOf(password, started.port), started: true };
  });
}

/** Stops it; success when it is not running. */
export async function stopEmbedded(directory: string): Promise<void> {
  if (!(await exists(directory))) return;
  await withLock(join(directory, "starting.lock"), async () => {
    const place = await choosePlace(directory);
    if ((await readRunning(place)) === null) return;
    await command(place, "pg_ctl", ["stop", "-w", "-m", "fast", "-D", place.data]);
  });
}

function urlOf(password: string, port: number): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

async function initialise(place: PgPlace, password: string): Promise<void> {
  const passwordFile = join(place.base, `initial-${randomBytes(6).toString("hex")}`);
  await writeFile(passwordFile, password, { mode: 0o600, flag: "wx" });
  if (place.user !== null) await chown(passwordFile, place.user.uid, place.user.gid);
  try {
    await command(place, "initdb", [
      `--pgdata=${place.data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
    ]);
    await createDatabase(place);
  } catch (error) {
    // Half a database directory would be taken for a whole one by the next start.
    await rm(place.data, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** In single-user mode, so that nothing listens before the database is ready. */
async function createDatabase(place: PgPlace): Promise<void> {
  await command(place, "postgres", ["--single", "-D", place.data, "postgres"], `create database ${DATABASE};\n`);
}

/** Settings are written anew at every start, so that a newer Berth can change them. */
async function configure(place: PgPlace, settings: { port: number; durable: boolean }): Promise<void> {
  const lines = [
    "listen_addresses = '127.0.0.1'",
    `port = ${settings.port}`,
    `unix_socket_directories = '${place.socketDirectory}'`,
    "max_connections = 300",
    "shared_buffers = 128MB",
    "wal_compression = on",
    "max_wal_size = 1GB",
    "random_page_cost = 1.1",
    "idle_in_transaction_session_timeout = '5min'",
    "log_min_messages = warning",
    ...(settings.durable
      ? []
      : ["fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum_naptime = 300"]),
  ];
  const file = join(place.data, "postgresql.auto.conf");
  await writeFile(file, `# Written by Berth at every start.\n${lines.join("\n")}\n`, { mode: 0o600 });
  if (place.user !== null) await chown(file, place.user.uid, place.user.gid);
}

/** Reads postmaster.pid (pid on line 1, port on line 4, "ready" on line 8); null unless that process lives. */
async function readRunning(place: PgPlace): Promise<{ pid: number; port: number } | null> {
  const text = await readFile(join(place.data, "postmaster.pid"), "utf8").catch(() => null);
  if (text === null) return null;
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || !Number.isInteger(port) || port === 0 || !isAlive(pid)) return null;
  // A pid may have been given to another process since: pg_ctl knows better.
  const status = await command(place, "pg_ctl", ["status", "-D", place.data]).catch(() => null);
  return status === null ? null : { pid, port };
}

async function ensurePassword(directory: string): Promise<string> {
  const file = join(directory, "password");
  const known = await readFile(file, "utf8").catch(() => null);
  if (known !== null) return known.trim();
  const password = randomBytes(24).toString("hex");
  await writeFile(file, password, { mode: 0o600, flag: "wx" });
  await chmod(file, 0o600);
  return password;
}

async function command(place: PgPlace, program: string, args: readonly string[], input?: string): Promise<string> {
  const child = run(join(place.native, "bin", program), args, {
    cwd: place.base,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", PGOPTIONS: "" },
    ...(place.user === null ? {} : { uid: place.user.uid, gid: place.user.gid }),
  });
  // A program that fails early closes its input: its exit says more than our EPIPE.
  child.child.stdin?.on("error", () => undefined).end(input ?? "");
  try {
    return (await child).stdout;
  } catch (error) {
    throw new Error(`${program} ${args[0] ?? ""} failed`, { cause: error });
  }
}

/** One starter at a time. A lock whose owner is dead is taken over. */
async function withLock<T>(file: string, fn: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + LOCK_LIMIT_MS;
  for (;;) {
    const handle = await open(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600).catch(() => null);
    if (handle !== null) {
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    }
    const owner = Number(await readFile(file, "utf8").catch(() => ""));
    if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
    if (Date.now() > deadline) throw new Error(`waited too long for ${file}, held by process ${owner}`);
    await sleep(50);
  }
  try {
    return await fn();
  } finally {
    await rm(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
