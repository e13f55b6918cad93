import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { config } from "./config.ts";
import { Failure } from "./failure.ts";
import { inRoot } from "./paths.ts";

export const CONTROLLER_SCRIPT = inRoot("packages/server/src/main.ts");
const RUN_DIR = join(config.stateDir, "run");
const NOTE_FILE = join(RUN_DIR, "controller.json");
const CLI_FILE = join(config.stateDir, "cli.json");
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 60_000;

/** The line that the controller prints on standard output once it serves. */
const Ready = z.object({
  event: z.literal("ready"),
  url: z.string(),
  /** Of the administrator made at first start: shown once, kept nowhere. */
  administrator: z.object({ name: z.string(), password: z.string() }).nullable(),
  /** A token for the CLI of this machine, at first start. */
  token: z.string().nullable(),
});
export type Ready = z.infer<typeof Ready>;

const Note = z.object({
  pid: z.number().int().positive(),
  url: z.string(),
  logFile: z.string(),
  startedAt: z.string(),
});
export type ControllerNote = z.infer<typeof Note>;

export const controllerEnvironment = (databaseUrl: string): NodeJS.ProcessEnv => ({
  ...config.environment,
  BERTH_STATE_DIR: config.stateDir,
  BERTH_CACHE_DIR: config.cacheDir,
  BERTH_DATABASE_URL: databaseUrl,
  BERTH_LISTEN: config.listen,
});

/** Starts the controller as a process of its own, and returns once it serves. */
export async function startController(databaseUrl: string): Promise<Ready> {
  await mkdir(RUN_DIR, { recursive: true, mode: 0o700 });
  const logFile = join(RUN_DIR, "controller.log");
  const log = await open(logFile, "a", 0o600);
  const child = spawn(process.execPath, [CONTROLLER_SCRIPT], {
    cwd: inRoot(),
    detached: true,
    env: controllerEnvironment(databaseUrl),
    // The first line may hold a password, so it comes through a pipe and is never in a file.
    stdio: ["ignore", "pipe", log.fd],
  });
  await log.close();
  const ready = await readReady(child, logFile);
  const note: ControllerNote = { pid: child.pid ?? 0, url: ready.url, logFile, startedAt: new Date().toISOString() };
  await writeFile(NOTE_FILE, JSON.stringify(note), { mode: 0o600 });
  if (ready.token !== null)
    await writeFile(CLI_FILE, JSON.stringify({ url: ready.url, token: ready.token }), { mode: 0o600 });
  child.stdout?.destroy();
  child.unref();
  return ready;
}

async function readReady(child: ChildProcess, logFile: string): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  const fail = async (why: string) => {
    child.kill("SIGTERM");
    const tail = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-8);
    const taken = /EADDRINUSE: address already in use ([\w.:[\]]+)/.exec(tail.join("\n"))?.[1];
    if (taken !== undefined)
      return reject(
        new Failure(`another program listens on ${taken} already`, {
          hints: ["Choose another address, such as BERTH_LISTEN=127.0.0.1:7780 ./berth up"],
        }),
      );
    reject(new Failure(`the controller ${why}`, { hints: [...tail, `Its log is ${logFile}`] }));
  };
  const timer = setTimeout(() => void fail(`was not ready within ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS);
  child.once("exit", (code, signal) => void fail(`ended at once (${code ?? signal})`));
  child.once("error", reject);
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const ready = line.startsWith("{") ? Ready.safeParse(JSON.parse(line)) : null;
      if (ready?.success) resolve(ready.data);
    });
  }
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.removeAllListeners("exit");
  }
}

/** The controller that `berth up` started, if it lives. */
export async function findController(): Promise<ControllerNote | null> {
  const text = await readFile(NOTE_FILE, "utf8").catch(() => null);
  const note = text === null ? null : Note.safeParse(JSON.parse(text));
  if (!note?.success) return null;
  return (await isController(note.data.pid)) ? note.data : null;
}

/** A pid alone may have been given to another program since. */
async function isController(pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return commandLine.split("\0").includes(CONTROLLER_SCRIPT);
}

/** Asks the controller to end, and waits for it. False when none was running. */
export async function stopController(): Promise<boolean> {
  const running = await findController();
  if (running === null) return false;
  process.kill(running.pid, "SIGTERM");
  const deadline = Date.now() + STOP_LIMIT_MS;
  while (await isController(running.pid)) {
    if (Date.now() > deadline) {
      throw new Failure(`the controller (process ${running.pid}) does not end`, {
        hints: [
          `Its log is ${running.logFile}`,
          `It can be ended by: kill -9 ${running.pid}; its work is resumed at the next start.`,
        ],
      });
    }
    await sleep(100);
  }
  await rm(NOTE_FILE, { force: true });
  return true;
}

/** What /healthz says, or null when nobody answers. */
export async function readHealth(url: string): Promise<{ ok: boolean; detail: unknown } | null> {
  try {
    const response = await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(5_000) });
    return { ok: response.ok, detail: await response.json().catch(() => null) };
  } catch {
    return null;
  }
}
