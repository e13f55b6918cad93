import type { Command } from "commander";
import { CONTROLLER_SCRIPT, controllerEnvironment, findController } from "../launch/controller.ts";
import { ensureDatabase, stopDatabase } from "../launch/database.ts";
import { Failure, guarded } from "../launch/failure.ts";
import { inRoot } from "../launch/paths.ts";
import { runHere } from "../launch/run.ts";

export function register(program: Command): void {
  program
    .command("dev")
    .description("run the controller here, and again at every change of its code; Ctrl-C ends it")
    .addHelpText("after", "\nExample:\n  berth dev")
    .action(guarded(dev));
}

async function dev(): Promise<void> {
  if ((await findController()) !== null)
    throw new Failure("a controller is running", { hints: ["Stop it first: berth down"] });
  const databaseUrl = await ensureDatabase();
  // Ctrl-C reaches the whole foreground group: the controller ends by itself, and we go on to stop the database.
  process.on("SIGINT", () => {});
  await runHere(process.execPath, ["--watch", "--watch-preserve-output", CONTROLLER_SCRIPT], {
    cwd: inRoot(),
    env: controllerEnvironment(databaseUrl),
  });
  await stopDatabase();
}
