import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** What a script gets to know. */
export interface ScriptEnvironment {
  /** The controller's address. */
  readonly url: string;
  /** A token of whoever runs it, good for this run. */
  readonly token: string;
}

export interface ScriptRun extends ScriptEnvironment {
  readonly text: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  onLine(stream: "stdout" | "stderr", line: string): void;
}

export type ScriptEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "timeout" | "cancelled" | "out-of-memory" };

const ROOT = join(import.meta.dirname, "../../../..");
/** Code, and nothing else: no state, no keys, no home. */
const READABLE = ["packages/api", "packages/sdk", "packages/server/package.json", "node_modules", "package.json"];
const MEMORY_MIB = 256;
const MAX_LINES = 5_000;
const MAX_LINE_CHARACTERS = 2_000;

/**
 * Runs a script as a child process under Node's permission model: it reads our packages and no other file, writes
 * none, starts no process and no worker. The text goes in by standard input, so there is no file of it. The network is
 * open to it: that is what it is for.
 */
export function runScriptText(run: ScriptRun): Promise<ScriptEnd> {
  const child = spawn(
    process.execPath,
    [
      "--permission",
      ...READABLE.map((path) => `--allow-fs-read=${join(ROOT, path)}`),
      `--max-old-space-size=${MEMORY_MIB}`,
      "--disable-warning=ExperimentalWarning",
      "--input-type=module-typescript",
      "-",
    ],
    {
      // Imports of a text from standard input are looked up from here.
      cwd: join(ROOT, "packages/sdk"),
      env: { BERTH_URL: run.url, BERTH_TOKEN: run.token, LANG: "C.UTF-8", TZ: "UTC" },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  const seen = { lines: 0, outOfMemory: false };
  const tell = (stream: "stdout" | "stderr") => (line: string) => {
    if (stream === "stderr" && /heap out of memory/.test(line)) seen.outOfMemory = true;
    seen.lines += 1;
    if (seen.lines < MAX_LINES) run.onLine(stream, line.slice(0, MAX_LINE_CHARACTERS));
    if (seen.lines === MAX_LINES) run.onLine("stderr", `more than ${MAX_LINES} lines: the rest is not kept`);
  };
  const read = Promise.all([lines(child.stdout, tell("stdout")), lines(child.stderr, tell("stderr"))]);
  // A script that ends before it has read its own text does not interest us as a broken pipe.
  child.stdin.on("error", () => undefined);
  child.stdin.end(run.text);

  return new Promise((resolve, reject) => {
    const stopped = { why: null as "timeout" | "cancelled" | null };
    const stop = (why: "timeout" | "cancelled") => {
      stopped.why ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => stop("timeout"), run.timeoutMs);
    const cancel = () => stop("cancelled");
    if (run.signal.aborted) cancel();
    run.signal.addEventListener("abort", cancel, { once: true });
    const end = () => {
      clearTimeout(timer);
      run.signal.removeEventListener("abort", cancel);
    };
    child.once("error", (error) => {
      end();
      reject(error);
    });
    child.once("close", async (code) => {
      end();
      await read;
      if (stopped.why !== null) return resolve({ kind: stopped.why });
      if (seen.outOfMemory) return resolve({ kind: "out-of-memory" });
      // Ended by a signal of somebody else: as a shell counts it, with no number of ours.
      resolve({ kind: "exit", code: code ?? 128 });
    });
  });
}

async function lines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) onLine(line);
}
