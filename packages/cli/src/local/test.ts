import type { Command } from "commander";
import { guarded } from "../launch/failure.ts";
import { ensurePortal } from "../launch/portal.ts";
import { runTests } from "../launch/test-run.ts";
import { setUp } from "../setup/set-up.ts";

interface Options {
  all?: boolean;
  yes?: boolean;
  setup: boolean;
}

export function register(program: Command): void {
  program
    .command("test")
    .argument("[path...]", "only test files whose path contains one of these")
    .description("run all tests, after setting up what they need")
    .option("--all", "every case, not just those chosen for a run of CI")
    .option("-y, --yes", "install what is missing without asking")
    .option("--no-setup", "install nothing")
    .addHelpText("after", "\nExample:\n  berth test packages/server/src/fabric")
    .action(
      guarded(async (paths: string[], options: Options) => {
        if (options.setup) await setUp({ purposes: ["lab", "images", "tests"], yes: options.yes ?? false });
        await ensurePortal();
        process.exitCode = await runTests({ paths, all: options.all ?? false });
      }),
    );
}
