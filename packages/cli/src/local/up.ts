import type { Command } from "commander";
import { findController, startController } from "../launch/controller.ts";
import { ensureDatabase } from "../launch/database.ts";
import { guarded, say } from "../launch/failure.ts";
import { ensurePortal } from "../launch/portal.ts";

export function register(program: Command): void {
  program
    .command("up")
    .description("start Berth: its database and a controller")
    .option("--json", "answer in JSON")
    .addHelpText("after", "\nExample:\n  berth up")
    .action(guarded(up));
}

async function up(options: { json?: boolean }): Promise<void> {
  const running = await findController();
  if (running !== null) {
    if (options.json) console.log(JSON.stringify({ url: running.url, started: false }));
    else console.log(`Berth is running at ${running.url}: open it in a browser and sign in`);
    return;
  }
  await ensurePortal();
  const databaseUrl = await ensureDatabase();
  say("starting the controller");
  const ready = await startController(databaseUrl);
  if (options.json) {
    console.log(JSON.stringify({ url: ready.url, started: true, administrator: ready.administrator }));
    return;
  }
  console.log(`Berth is running at ${ready.url}: open it in a browser and sign in`);
  if (ready.administrator !== null) {
    console.log(`Administrator: ${ready.administrator.name}   password: ${ready.administrator.password}`);
    console.log("The password is shown this once. If it is lost: berth admin reset");
  }
}
