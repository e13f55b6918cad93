import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { namespacePath } from "./network.ts";

export interface InsideProcess {
  readonly name: string;
  readonly pid: number;
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
  isRunning(): boolean;
  end(graceMs: number): Promise<void>;
}

/** Starts a program in a namespace of the lab. It dies with us: nothing of a lab outlives labd but libvirt's guests. */
export function startInside(options: {
  name: string;
  namespace: string;
  /** A process whose mounts it shares. */
  mountsOf?: number;
  argv: readonly string[];
  log: string;
  env?: Readonly<Record<string, string>>;
}): InsideProcess {
  const log = openSync(options.log, "a", 0o644);
  const mounts = options.mountsOf === undefined ? [] : [`--mount=/proc/${options.mountsOf}/ns/mnt`];
  const argv = [
    "--pdeathsig",
    "KILL",
    "--",
    "nsenter",
    `--net=${namespacePath(options.namespace)}`,
    ...mounts,
    "--",
    ...options.argv,
  ];
  // Each of these becomes the next one, so the child's pid is the program's.
  const child = spawn("setpriv", argv, {
    stdio: ["ignore", log, log],
    env: { PATH: SEARCH_PATH, LC_ALL: "C", ...options.env },
  });
  closeSync(log);
  const state = { isRunning: true };
  const gone = new Promise<void>((resolve) => {
    const ended = () => {
      state.isRunning = false;
      resolve();
    };
    child.once("exit", ended);
    child.once("error", ended);
  });
  return {
    name: options.name,
    pid: child.pid ?? 0,
    child,
    gone,
    isRunning: () => state.isRunning,
    async end(graceMs) {
      if (!state.isRunning) return;
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await gone;
      clearTimeout(late);
    },
  };
}

const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
