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
  const verdict = end.ok
    ? paint(GREEN, "everything worked")
    : paint(RED, `it did not work: ${end.error ?? "see above"}`);
  const left = end.leftovers.length === 0 ? "" : `left behind:\n${end.leftovers.map((l) => `   ${l}\n`).join("")}`;
  const slow = lines.length === 0 ? "" : `slowest steps:\n${lines.join("\n")}\n`;
  return `\n${slow}${left}${verdict} (${(end.tookMs / 1000).toFixed(0)} s)\n`;
}

const indent = (text: string) =>
  text
    .split("\n")
    .map((line) => `   │ ${line}`)
    .join("\n");

interface RunOptions {
  /** Exit codes that are no failure. */
  readonly allow?: readonly number[];
  /** Neither the command nor what it says is shown. */
  readonly quiet?: boolean;
  /** It draws on the terminal itself, where there is one; nothing of what it says is returned. */
  readonly live?: boolean;
}

export interface Shell {
  /** Runs one `berth` command as a user would. Throws unless `allow` holds its exit code. */
  berth(args: readonly string[], options?: RunOptions): Promise<{ exitCode: number; stdout: string }>;
}

interface ShellOptions {
  readonly launcher: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  /** Commands and what they say are shown. */
  readonly show: boolean;
}

/** Runs the real CLI as child processes, so that the demo can only show what a user can do. */
export function createShell(shell: ShellOptions): Shell {
  return {
    async berth(args, { allow = [0], quiet = false, live = false } = {}) {
      const command = `berth ${args.map(quote).join(" ")}`;
      const isShown = shell.show && !quiet;
      const startedAt = performance.now();
      if (isShown) process.stdout.write(`\n${DIM}$${PLAIN} ${command}\n`);
      const outcome = await run(shell, args, {
        isShown,
        isInherited: isShown && live && process.stdout.isTTY === true,
      });
      const tookMs = Math.round(performance.now() - startedAt);
      shell.report.tell({ event: "command", command, exitCode: outcome.exitCode, tookMs });
      if (allow.includes(outcome.exitCode)) return outcome;
      throw new Error(
        `${command} ended with ${outcome.exitCode}: ${outcome.stderr.trim().split("\n").slice(-5).join("\n")}`,
      );
    },
  };
}

function run(
  shell: ShellOptions,
  args: readonly string[],
  how: { isShown: boolean; isInherited: boolean },
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const { launcher, cwd, environment: env } = shell;
    const output = how.isInherited ? "inherit" : "pipe";
    const child = spawn(launcher, args, { stdio: ["ignore", output, output], cwd, env });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      if (how.isShown) process.stdout.write(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      if (how.isShown) process.stderr.write(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? 1, stdout, stderr }));
  });
}

const quote = (arg: string) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);
