import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { toolEnv } from "./tool-env.ts";

const KEPT_LINES = 30;

interface ToolOptions {
  /** Sees every line that the tool writes to standard error. */
  onLine?: (line: string) => void;
  /** File descriptors for standard input and output. */
  input?: number;
  output?: number;
  cwd?: string;
  timeoutMs?: number;
}

/**
 * Runs a tool by argv and gives its standard output (unless that goes to a file).
 * @throws with the tool's last lines when it fails, so that the person at the build sees the reason.
 */
export async function runTool(command: string, argv: readonly string[], options: ToolOptions = {}): Promise<string> {
  const child = spawn(command, argv, {
    stdio: [options.input ?? "ignore", options.output ?? "pipe", "pipe"],
    env: toolEnv(),
    cwd: options.cwd,
    timeout: options.timeoutMs ?? 30 * 60_000,
  });
  const lines: string[] = [];
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      options.onLine?.(line);
    });
  }
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once("error", (error) =>
      reject(new Error(`${command} could not be started: is it installed?`, { cause: error })),
    );
    child.once("close", (status, signal) => resolve(status ?? signal ?? "unknown"));
  });
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${lines.join("\n")}`);
  return Buffer.concat(chunks).toString("utf8");
}
