import type { Command } from "commander";
import { fixStyle, runChecks } from "../launch/check-run.ts";

export function register(program: Command): void {
  program
    .command("check")
    .description("check types, style, what leans on what, unused code, generated files and conventions")
    .option("--fix", "rewrite what can be mended by itself first")
    .addHelpText("after", "\nExample:\n  berth check --fix")
    .action(async (options: { fix?: boolean }) => {
      if (options.fix) await fixStyle();
      const results = await runChecks();
      process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
    });
}
