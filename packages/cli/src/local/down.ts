import type { Command } from "commander";
import { stopController } from "../launch/controller.ts";
import { stopDatabase } from "../launch/database.ts";
import { guarded, say } from "../launch/failure.ts";

export function register(program: Command): void {
  program
    .command("down")
    .description("stop the controller and its database; nothing is lost, work goes on at the next start")
    .option("--keep-database", "leave PostgreSQL running")
    .addHelpText("after", "\nExample:\n  berth down")
    .action(
      guarded(async (options: { keepDatabase?: boolean }) => {
        say((await stopController()) ? "the controller has stopped" : "no controller was running");
        if (options.keepDatabase) return;
        await stopDatabase();
        say("PostgreSQL has stopped");
      }),
    );
}
