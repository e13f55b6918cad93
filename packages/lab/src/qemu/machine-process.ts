import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { waitUntil } from "../wait.ts";
import { connectQmp, type Qmp, type QmpEvent } from "./qmp.ts";

const START_DEADLINE_MS = 60_000;
const QUIT_DEADLINE_MS = 5_000;
const MAX_COMPLAINT_CHARACTERS = 4_000;

export interface MachineProcess {
  readonly pid: number;
  readonly qmp: Qmp;
  /** Resolves when QEMU is gone, for whatever reason. */
  readonly gone: Promise<void>;
  /** Pulls the plug. */
  end(): Promise<void>;
}

/** Starts a paused QEMU that dies with this process, and connects to it. */
export async function startMachine(options: {
  args: readonly string[];
  qmpSocket: string;
  onEvent: (event: QmpEvent) => void;
}): Promise<MachineProcess> {
  await rm(options.qmpSocket, { force: true });
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", "qemu-system-x86_64", ...options.args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said = { text: "" };
  child.stderr.on("data", (text: Buffer) => {
    said.text = (said.text + text.toString("utf8")).slice(-MAX_COMPLAINT_CHARACTERS);
  });
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  try {
    const qmp = await firstConnection(child, options, said);
    // Where `pid` is missing, the start above has failed.
    const pid = child.pid ?? 0;
    return { pid, qmp, gone, end: () => end(child, qmp, gone) };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

async function firstConnection(
  child: ChildProcess,
  options: { qmpSocket: string; onEvent: (event: QmpEvent) => void },
  said: { text: string },
): Promise<Qmp> {
  const found: { qmp: Qmp | null } = { qmp: null };
  await waitUntil(
    "QEMU starts",
    async () => {
      if (child.exitCode !== null || child.pid === undefined)
        throw new Error(`QEMU did not start: ${said.text.trim()}`);
      found.qmp = await connectQmp(options.qmpSocket, options.onEvent).catch(() => null);
      return found.qmp !== null;
    },
    { deadlineMs: START_DEADLINE_MS, everyMs: 20 },
  );
  if (found.qmp === null) throw new Error("QEMU did not start");
  return found.qmp;
}

async function end(child: ChildProcess, qmp: Qmp, gone: Promise<void>): Promise<void> {
  const late = setTimeout(() => child.kill("SIGKILL"), QUIT_DEADLINE_MS);
  await qmp.execute("quit").catch(() => {});
  await gone;
  clearTimeout(late);
}
