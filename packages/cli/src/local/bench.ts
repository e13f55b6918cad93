import { readdir } from "node:fs/promises";
import type { Command } from "commander";
import { Failure, guarded } from "../launch/failure.ts";
import { inRoot } from "../launch/paths.ts";
import { runHere } from "../launch/run.ts";

export function register(program: Command): void {
  program
    .command("bench")
    .argument("[name]", "which one; without it, they are listed")
    .argument("[args...]", "handed to the benchmark")
    .passThroughOptions()
    .allowUnknownOption()
    .description("measure Berth beside a peer: prints both, the ratio, and the goal")
    .addHelpText("after", "\nExample:\n  berth bench deploy --json")
    .action(guarded(bench));
}

async function bench(name: string | undefined, args: string[]): Promise<void> {
  const names = (await readdir(inRoot("bench")))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3));
  if (name === undefined) {
    console.log(names.length === 0 ? "no benchmarks yet" : names.sort().join("\n"));
    return;
  }
  if (!names.includes(name)) {
    throw new Failure(`there is no benchmark ${name}`, {
      hints: [`There are: ${names.sort().join(", ")}`],
      exitCode: 2,
    });
  }
  process.exitCode = await runHere(process.execPath, [inRoot("bench", `${name}.ts`), ...args], { cwd: inRoot() });
}
