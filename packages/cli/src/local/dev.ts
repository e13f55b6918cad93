import { spawn } from "node:child_process";
import type { Command } from "commander";
import { config } from "../launch/config.ts";
import { CONTROLLER_SCRIPT, controllerEnvironment, findController } from "../launch/controller.ts";
import { ensureDatabase, stopDatabase } from "../launch/database.ts";
import { Failure, guarded, say } from "../launch/failure.ts";
import { inRoot, toolScript } from "../launch/paths.ts";
import { runHere } from "../launch/run.ts";

/** Where packages/portal/vite.config.ts has vite listen. */
const PORTAL_URL = "http://127.0.0.1:7790";

export function register(program: Command): void {
  program
    .command("dev")
    .description(
      "run the controller here, and again at every change of its code, with the portal from its sources; Ctrl-C ends both",
    )
    .addHelpText("after", "\nExample:\n  berth dev")
    .action(guarded(dev));
}

async function dev(): Promise<void> {
  if ((await findController()) !== null)
    throw new Failure("a controller is running", { hints: ["Stop it first: berth down"] });
  const databaseUrl = await ensureDatabase();
  // Ctrl-C reaches the whole foreground group: the controller ends by itself, and we go on to stop the database.
  process.on("SIGINT", () => {});
  // The portal's pages come from its sources, changed ones at once; all else is handed on to the controller.
  const portal = spawn(process.execPath, [toolScript("vite/bin/vite.js"), inRoot("packages/portal")], {
    cwd: inRoot("packages/portal"),
    env: { ...config.environment, BERTH_CONTROLLER_URL: `http://${config.listen}` },
    stdio: ["ignore", "ignore", "inherit"],
  });
  say(`the portal, from its sources: ${PORTAL_URL}`);
  await runHere(process.execPath, ["--watch", "--watch-preserve-output", CONTROLLER_SCRIPT], {
    cwd: inRoot(),
    env: controllerEnvironment(databaseUrl),
  });
  portal.kill("SIGTERM");
  await stopDatabase();
}
