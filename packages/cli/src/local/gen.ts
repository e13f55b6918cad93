import type { Command } from "commander";
import { inRoot } from "../launch/paths.ts";
import { runHere } from "../launch/run.ts";

export function register(program: Command): void {
  program
    .command("gen")
    .description("write the generated files anew: database types and page, OpenAPI, state diagrams")
    .addHelpText("after", "\nExample:\n  berth gen")
    .action(async () => {
      process.exitCode = await runHere(process.execPath, [inRoot("tools/generate.ts")], { cwd: inRoot() });
    });
}
