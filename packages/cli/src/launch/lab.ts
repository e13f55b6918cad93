import { spawn } from "node:child_process";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { LabDescription } from "@berth/api/lab.ts";
import { z } from "zod";
import { Failure } from "./failure.ts";
import { callLab, isNobodyThere, labStatus, readLab } from "./lab-client.ts";
import { inRoot } from "./paths.ts";

const LAB_SCRIPT = inRoot("packages/lab/src/main.ts");
const STOP_LIMIT_MS = 300_000;

export interface LabStart {
  readonly stateDir: string;
  readonly cacheDir: string;
  readonly mode: "qemu" | "simulated";
  /** Flags of the lab's program (`blades`, `hosts`, `blade-memory-mib`, …); what is not given is its default. */
  readonly spec: Readonly<Record<string, string>>;
  readonly onProgress: (line: string) => void;
}

/** What the lab's program prints while it starts, one object a line. */
const Progress = z.union([
  z.object({ step: z.string() }),
  z.object({ up: z.literal(true) }),
  z.object({ failed: z.string() }),
]);

/** Brings up a lab, which goes on by itself, or finds it up. A QEMU lab is started by root: `onProgress` says so first. */
export async function startLab(options: LabStart): Promise<LabDescription> {
  const { stateDir, cacheDir, mode, onProgress } = options;
  const running = await labStatus(stateDir);
  if (running?.state === "up") return await found(stateDir, running.mode, mode, onProgress);
  if (running?.state === "starting" || running?.state === "stopping")
    throw new Failure(`the lab is ${running.state}: ${running.step}`, { hints: ["Try again in a moment."] });
  // Made here, so that they belong to the caller and not to root.
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await mkdir(cacheDir, { recursive: true });
  const failed = await runStarter(await commandLine(options), onProgress);
  if (failed !== null) throw new Failure(`the lab did not start: ${failed}`, { hints: await lastWords(stateDir) });
  const lab = await readLab(stateDir);
  if (lab === null) throw new Failure("the lab went away just after its start", { hints: await lastWords(stateDir) });
  return lab;
}

/** False when none was running. */
export async function stopLab(stateDir: string): Promise<boolean> {
  if ((await labStatus(stateDir)) === null) return false;
  await callLab(stateDir, "POST", "/down", z.object({ ok: z.literal(true) }), { limitMs: STOP_LIMIT_MS }).catch(
    (error: unknown) => {
      if (!isNobodyThere(error)) throw error;
    },
  );
  const deadline = performance.now() + STOP_LIMIT_MS;
  while (await isThere(join(stateDir, "lab"))) {
    if (performance.now() > deadline) throw new Failure("the lab does not end", { hints: await lastWords(stateDir) });
    await pause(50);
  }
  return true;
}

async function found(
  stateDir: string,
  isMode: string,
  wanted: string,
  onProgress: (line: string) => void,
): Promise<LabDescription> {
  const lab = await readLab(stateDir);
  if (lab === null || isMode !== wanted)
    throw new Failure(`a ${isMode} lab is running`, { hints: ["End it first: berth lab down"] });
  onProgress("the lab is up already");
  return lab;
}

async function commandLine({ stateDir, cacheDir, mode, spec, onProgress }: LabStart): Promise<string[]> {
  const flags = Object.entries(spec).flatMap(([name, value]) => [`--${name}`, value]);
  const lab = [process.execPath, LAB_SCRIPT, "--detach", "--mode", mode, "--state-dir", stateDir, ...flags];
  if (mode === "simulated") return lab;
  // The sockets belong to whom the state belongs, whoever has typed this.
  const owner = await stat(stateDir);
  lab.push("--cache-dir", cacheDir, "--owner-uid", String(owner.uid), "--owner-gid", String(owner.gid));
  if (process.getuid?.() === 0) return lab;
  onProgress(
    "the lab needs root for its networks, mounts and machines; it is started by sudo, and its sockets are yours",
  );
  return ["sudo", "--", ...lab];
}

/** Null when the lab is up, else why it is not. */
async function runStarter(argv: readonly string[], onProgress: (line: string) => void): Promise<string | null> {
  const [command = "", ...args] = argv;
  // sudo may ask for a password, and what is wrong is said there too.
  const child = spawn(command, args, { stdio: ["inherit", "pipe", "inherit"] });
  const state: { failed: string | null; isUp: boolean } = { failed: null, isUp: false };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const progress = Progress.safeParse(parsed(line));
    if (!progress.success) return;
    if ("step" in progress.data) onProgress(progress.data.step);
    else if ("failed" in progress.data) state.failed = progress.data.failed;
    else state.isUp = true;
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Failure(`${command} is not there`, { hints: ["Run it as root."] }) : error),
    );
    child.once("close", (code) => resolve(code ?? 1));
  });
  return state.isUp ? null : (state.failed ?? `${command} ended with ${exitCode}`);
}

async function lastWords(stateDir: string): Promise<string[]> {
  const log = join(stateDir, "lab.log");
  const text = await readFile(log, "utf8").catch(() => "");
  const lines = text
    .trim()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("{"));
  return [...lines.slice(-6), `Its log is ${log}`];
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
