import { createInterface } from "node:readline/promises";
import { Failure, say } from "../launch/failure.ts";
import { installCommand, installPackages, missingPackages } from "./debian.ts";
import { type Part, type Purpose, partsFor } from "./parts.ts";

interface SetUpOptions {
  readonly purposes: readonly Purpose[];
  /** Install without asking. */
  readonly yes: boolean;
}

/** Installs the Debian packages that are missing for these purposes: says which and why, and asks first. */
export async function setUp({ purposes, yes }: SetUpOptions): Promise<void> {
  const parts = partsFor(purposes);
  const missing = await missingPackages(parts.map((part) => part.package));
  if (missing === null) throw notDebian(parts);
  if (missing.length === 0) return;
  say(`for ${purposes.join(", ")}, ${missing.length} Debian packages are missing:`);
  for (const part of parts)
    if (missing.includes(part.package)) console.error(`  ${part.package.padEnd(27)} ${part.reason}`);
  console.error(`  to be installed by: ${installCommand(missing).join(" ")}`);
  if (!yes) await ask();
  await installPackages(missing);
}

async function ask(): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure("there is no terminal to ask on", { hints: ["Add --yes to install without asking."] });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Install them? [Y/n] ");
  terminal.close();
  if (!/^(y|yes|)$/i.test(answer.trim())) throw new Failure("nothing was installed");
}

function notDebian(parts: readonly Part[]): Failure {
  return new Failure("this is not a Debian system, so Berth can't install what the lab needs by itself", {
    hints: ["It needs what these Debian packages hold:", ...parts.map((part) => `  ${part.package}: ${part.reason}`)],
  });
}
