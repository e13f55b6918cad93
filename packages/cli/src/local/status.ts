import type { Command } from "commander";
import { config } from "../launch/config.ts";
import { findController, readHealth } from "../launch/controller.ts";

export function register(program: Command): void {
  program
    .command("status")
    .description("say whether Berth runs here, and is well")
    .option("--json", "answer in JSON")
    .addHelpText("after", "\nExample:\n  berth status --json")
    .action(status);
}

async function status(options: { json?: boolean }): Promise<void> {
  const running = await findController();
  const health = running === null ? null : await readHealth(running.url);
  const isWell = health?.ok ?? false;
  process.exitCode = isWell ? 0 : 1;
  if (options.json) {
    console.log(
      JSON.stringify({ ok: isWell, controller: running, health: health?.detail ?? null, stateDir: config.stateDir }),
    );
    return;
  }
  if (running === null) {
    console.log("Berth is not running; start it with: berth up");
    return;
  }
  console.log(`controller  process ${running.pid}, since ${running.startedAt}`);
  console.log(`address     ${running.url}  ${isWell ? "well" : health === null ? "does not answer" : "not well"}`);
  console.log(`log         ${running.logFile}`);
  console.log(`state       ${config.stateDir}`);
}
