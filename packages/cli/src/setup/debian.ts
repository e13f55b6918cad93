import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Failure, say } from "../launch/failure.ts";
import { capture } from "../launch/run.ts";
import { explainApt, packageSetUp } from "./apt-output.ts";

/** The packages of `wanted` that are not installed, or null on a system without dpkg. */
export async function missingPackages(wanted: readonly string[]): Promise<string[] | null> {
  // It exits with 1 when it does not know a package at all, which is an answer too.
  const { exitCode, output } = await capture("dpkg-query", [
    "-W",
    "-f=${Package} ${db:Status-Status}\\n",
    "--",
    ...wanted,
  ]);
  if (exitCode === 127) return null;
  const installed = new Set(
    output.split("\n").flatMap((line) => (line.endsWith(" installed") ? [line.split(" ")[0]] : [])),
  );
  return wanted.filter((name) => !installed.has(name));
}

/** How a command gets root: by being it, by sudo, or not at all. */
export function asRoot(args: readonly string[]): string[] {
  return process.getuid?.() === 0 ? [...args] : ["sudo", "--", ...args];
}

const APT_ENVIRONMENT = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"];

export function installCommand(packages: readonly string[]): string[] {
  return asRoot([
    ...APT_ENVIRONMENT,
    "apt-get",
    "install",
    "-y",
    "--no-install-recommends",
    "-o",
    "Dpkg::Use-Pty=0",
    "--",
    ...packages,
  ]);
}

/** Installs packages with a line for each; refreshes the package lists once where they are missing or out of date. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const areKnown = (await capture("apt-cache", ["show", "--no-all-versions", "--", ...packages])).exitCode === 0;
  if (!areKnown) await updateLists();
  const first = await apt(installCommand(packages), packages);
  if (first.exitCode === 0) return;
  // Lists that are some weeks old name files which the mirror no longer has.
  if (areKnown && /404 +Not Found|Unable to fetch/.test(first.output)) {
    await updateLists();
    const second = await apt(installCommand(packages), packages);
    if (second.exitCode === 0) return;
    throw aptFailure(second.output);
  }
  throw aptFailure(first.output);
}

async function updateLists(): Promise<void> {
  say("refreshing the package lists (apt-get update)");
  const { exitCode, output } = await apt(asRoot([...APT_ENVIRONMENT, "apt-get", "update"]), []);
  if (exitCode !== 0) throw aptFailure(output);
}

function aptFailure(output: string): Failure {
  const known = explainApt(output);
  if (known !== null) return new Failure(`installing packages failed: ${known.message}`, { hints: known.hints ?? [] });
  return new Failure("installing packages failed; the end of what apt-get said:", {
    hints: output.trim().split("\n").slice(-15),
  });
}

function apt(command: readonly string[], announce: readonly string[]): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve, reject) => {
    const [program = "", ...args] = command;
    // Standard input stays the terminal, where sudo asks for its password.
    const child = spawn(program, args, { stdio: ["inherit", "pipe", "pipe"] });
    const lines: string[] = [];
    let done = 0;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        const name = packageSetUp(line);
        if (name === null || !announce.includes(name)) return;
        done += 1;
        say(`installed ${name} (${done} of ${announce.length})`);
      });
    }
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? resolve({ exitCode: 127, output: `${program} is not there` }) : reject(error),
    );
    child.once("close", (code) => resolve({ exitCode: code ?? 1, output: lines.join("\n") }));
  });
}
