import { type SpawnOptions, spawn } from "node:child_process";

interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the child with SIGTERM. */
  signal?: AbortSignal;
}

export interface Outcome {
  readonly exitCode: number;
  /** Standard output and error, in the order in which they came, the last part of it where it was very long. */
  readonly output: string;
}

const MAX_OUTPUT_CHARACTERS = 4_000_000;

/** Runs a program and keeps what it said. A program that is not there has exit code 127. */
export async function capture(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-MAX_OUTPUT_CHARACTERS);
  };
  const exitCode = await finish(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] }, keep);
  return { exitCode, output };
}

/** Runs a program on the user's terminal. */
export function runHere(command: string, args: readonly string[], options: RunOptions = {}): Promise<number> {
  return finish(command, args, { ...options, stdio: "inherit" }, () => {});
}

function finish(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  onOutput: (chunk: Buffer) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    child.stdout?.on("data", onOutput);
    child.stderr?.on("data", onOutput);
    child.once("error", (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? resolve(127) : reject(error)));
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}
