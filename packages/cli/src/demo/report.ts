import { spawn } from "node:child_process";

/** One line of `--json`, or one thing said on the terminal. */
export type DemoEvent =
  | { event: "act"; title: string }
  | { event: "say"; text: string }
  | { event: "command"; command: string; exitCode: number; tookMs: number }
  | { event: "page"; server: string; text: string }
  | { event: "proof"; what: string; ok: boolean; detail: string }
  | { event: "end"; ok: boolean; steps: StepDuration[]; leftovers: string[]; tookMs: number; error: string | null };

export interface StepDuration {
  readonly of: string;
  readonly step: string;
  readonly tookMs: number;
}

export interface Report {
  tell(event: DemoEvent): void;
}

const BOLD = "\u001b[1m";
const GREEN = "\u001b[32m";
const RED = "\u001b[31m";
const DIM = "\u001b[2m";
const PLAIN = "\u001b[0m";

/** Events as JSON lines. */
export function jsonReport(write: (line: string) => void): Report {
  return { tell: (event) => write(`${JSON.stringify(event)}\n`) };
}

/** Events as a person reads them. */
export function humanReport(write: (text: string) => void, options: { color: boolean }): Report {
  const paint = (code: string, text: string) => (options.color ? `${code}${text}${PLAIN}` : text);
  return {
    tell(event) {
      switch (event.event) {
        case "act":
          return write(`\n${paint(BOLD, `── ${event.title}`)}\n`);
        case "say":
          return write(`${event.text}\n`);
        case "command":
          // The command itself was printed when it began; only its failure is news.
          return event.exitCode === 0 ? undefined : write(`${paint(RED, `exit code ${event.exitCode}`)}\n`);
        case "page":
          return write(`${paint(DIM, `page of ${event.server}:`)}\n${indent(event.text)}\n`);
        case "proof":
          return write(`${event.ok ? paint(GREEN, "✔") : paint(RED, "✘")} ${event.what}: ${event.detail}\n`);
        case "end":
          return write(summary(event, paint));
      }
    },
  };
}

function summary(end: Extract<DemoEvent, { event: "end" }>, paint: (code: string, text: string) => string): string {
  const slowest = [...end.steps].sort((a, b) => b.tookMs - a.tookMs).slice(0, 5);
  const lines = slowest.map((s) => `   ${(s.tookMs / 1000).toFixed(1).padStart(7)} s  ${s.of}: ${s.step}`);
  const verdict = end.ok ? paint(GREEN, "everything worked") : paint(RED, `it did not work: ${end.error ?? "see above"}`);
  const left = end.leftovers.length === 0 ? "" : `left behind:\n${end.leftovers.map((l) => `   ${l}\n`).join("")}`;
  const slow = lines.length === 0 ? "" : `slowest steps:\n${lines.join("\n")}\n`;
  return `\n${slow}${left}${verdict} (${(end.tookMs / 1000).toFixed(0)} s)\n`;
}

const indent = (text: string) => text.split("\n").map((line) => `   │ ${line}`).join("\n");

export interface Shell {
  /** Runs one `berth` command as a user would; its output is shown (not with `--json`) and returned. Throws unless `allow` holds its exit code. */
  berth(args: readonly string[], options?: { allow?: readonly number[]; quiet?: boolean }): Promise<{ exitCode: number; stdout: string }>;
}

/** Runs the real CLI as child processes, so that the demo can only show what a user can do. */
export function createShell(options: { launcher: string; report: Report; show: boolean; signal: AbortSignal }): Shell {
  return {
    berth: (args, { allow = [0], quiet = false } = {}) =>
      new Promise((resolve, reject) => {
        const command = `berth ${args.map(quote).join(" ")}`;
        const startedAt = performance.now();
        if (options.show && !quiet) process.stdout.write(`${DIM}$${PLAIN} ${command}\n`);
        const child = spawn(options.launcher, args, { stdio: ["ignore", "pipe", "pipe"], signal: options.signal });
        let stdout = "";
        let stderr = "";
        child.stdout.on("data", (chunk: Buffer) => {
          stdout += chunk.toString();
          if (options.show && !quiet) process.stdout.write(chunk);
        });
        child.stderr.on("data", (chunk: Buffer) => {
          stderr += chunk.toString();
          if (options.show && !quiet) process.stderr.write(chunk);
        });
        child.on("error", reject);
        child.on("close", (code) => {
          const exitCode = code ?? 1;
          options.report.tell({ event: "command", command, exitCode, tookMs: Math.round(performance.now() - startedAt) });
          if (allow.includes(exitCode)) return resolve({ exitCode, stdout });
          reject(new Error(`${command} ended with ${exitCode}: ${stderr.trim().split("\n").at(-1) ?? ""}`));
        });
      }),
  };
}

const quote = (arg: string) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);
