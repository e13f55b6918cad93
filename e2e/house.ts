import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Client, createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import type { LabDescription } from "@berth/api/lab.ts";
import { registerLab } from "../packages/cli/src/demo/register-lab.ts";
import { createTestDb, type TestDb } from "../packages/server/src/kernel/db/test-db.ts";

const ROOT = join(import.meta.dirname, "..");
const CONTROLLER = join(ROOT, "packages/server/src/main.ts");
const START_LIMIT_MS = 120_000;

export type Api = Client<typeof contract>;

/** A whole Berth of a test's own: a database, a simulated lab, and controllers as processes that can be killed. */
export interface House {
  readonly dir: string;
  readonly db: TestDb;
  readonly lab: LabDescription;
  /** Starts another controller on the same database. `env` is added to its environment, `script` replaces `main.ts`. */
  startController(options?: { script?: string; env?: Record<string, string> }): Promise<RunningController>;
  stop(): Promise<void>;
}

export interface RunningController {
  readonly pid: number;
  readonly url: string;
  readonly api: Api;
  /** The administrator's. */
  readonly token: string;
  readonly logFile: string;
  /** Settles with the signal or exit code once the process has ended. */
  readonly ended: Promise<string>;
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<string>;
}

export async function startHouse(options: LabOptions = {}): Promise<House> {
  const dir = await mkdtemp(join(tmpdir(), "berth-e2e-"));
  const db = await createTestDb();
  const controllers: RunningController[] = [];
  const tokens: { value: string | null } = { value: null };
  const lab = await startLab(dir, options);

  async function startController({
    script = CONTROLLER,
    env = {},
  }: {
    script?: string;
    env?: Record<string, string>;
  } = {}) {
    const started = await spawnController(dir, { script, env: { BERTH_DATABASE_URL: db.url, ...env } }, tokens);
    controllers.push(started);
    return started;
  }

  const house: House = {
    dir,
    db,
    lab: lab.description,
    startController,
    async stop() {
      for (const controller of controllers) await controller.kill("SIGTERM");
      await lab.stop();
      await db.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return house;
}

/** Registers the lab with a controller. */
export async function moveIn(house: House, api: Api): Promise<void> {
  await registerLab(api, house.lab);
}

export interface LabOptions {
  readonly blades?: number;
  readonly hosts?: number;
  /** How long simulated machines take to start. */
  readonly speed?: "instant" | "fast" | "real";
}

interface StartedLab {
  readonly description: LabDescription;
  stop(): Promise<void>;
}

async function startLab(dir: string, options: LabOptions): Promise<StartedLab> {
  const log = await open(join(dir, "lab.log"), "a");
  const { blades = 2, hosts = 2, speed = "instant" } = options;
  const args = ["--state-dir", dir, "--blades", String(blades), "--hosts", String(hosts), "--speed", speed];
  const child = spawn(process.execPath, [join(ROOT, "packages/lab/src/simulated/main.ts"), ...args], {
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  const ended = endOf(child);
  const description = await untilLabIsUp(dir, ended);
  return {
    description,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilLabIsUp(dir: string, ended: Promise<string>): Promise<LabDescription> {
  const state = { end: null as string | null };
  ended.then((end) => {
    state.end = end;
  });
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const text = await readFile(join(dir, "lab", "lab.json"), "utf8").catch(() => null);
    if (text !== null) return JSON.parse(text) as LabDescription;
    if (state.end !== null)
      throw new Error(`the lab ended (${state.end}): ${await readFile(join(dir, "lab.log"), "utf8")}`);
    if (Date.now() > deadline) throw new Error("the lab was not up in time");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function spawnController(
  dir: string,
  options: { script: string; env: Record<string, string> },
  tokens: { value: string | null },
): Promise<RunningController> {
  const logFile = join(dir, `controller-${Date.now()}.log`);
  const log = await open(logFile, "a");
  const child = spawn(process.execPath, [options.script], {
    env: { ...process.env, BERTH_STATE_DIR: dir, BERTH_LISTEN: "127.0.0.1:0", BERTH_LOG_LEVEL: "info", ...options.env },
    stdio: ["ignore", "pipe", log.fd],
  });
  await log.close();
  const ended = endOf(child);
  const ready = await readReady(child, ended, logFile);
  tokens.value ??= ready.token;
  const token = tokens.value;
  if (token === null) throw new Error("no controller of this house has made an administrator");
  return {
    pid: child.pid ?? 0,
    url: ready.url,
    api: createClient(contract, { url: ready.url, token }),
    token,
    logFile,
    ended,
    async kill(signal) {
      child.kill(signal);
      // One that a test left standing still would never hear of it.
      child.kill("SIGCONT");
      return ended;
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? String(code)));
    child.once("error", (error) => resolve(error.message));
  });
}

async function readReady(
  child: ChildProcess,
  ended: Promise<string>,
  logFile: string,
): Promise<{ url: string; token: string | null }> {
  const output = child.stdout;
  if (output === null) throw new Error("the controller has no standard output");
  const ready = new Promise<{ url: string; token: string | null }>((resolve) => {
    createInterface({ input: output }).on("line", (line) => {
      if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line) as { url: string; token: string | null });
    });
  });
  const failure = ended.then(async (end) => {
    throw new Error(`the controller ended (${end}): ${(await readFile(logFile, "utf8")).slice(-3_000)}`);
  });
  return Promise.race([ready, failure]);
}
