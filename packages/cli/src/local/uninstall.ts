import { access, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { config } from "../launch/config.ts";
import { stopController } from "../launch/controller.ts";
import { stopDatabase } from "../launch/database.ts";
import { Failure, guarded, say } from "../launch/failure.ts";

export function register(program: Command): void {
  program
    .command("uninstall")
    .description("stop Berth and remove what it keeps on this computer; says what is lost, and asks first")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", "\nExample:\n  berth uninstall")
    .action(guarded(uninstall));
}

async function uninstall(options: { yes?: boolean }): Promise<void> {
  const places = await findPlaces();
  console.error("This is removed, and can't be had back:");
  for (const { path, holds } of places) console.error(`  ${path}  ${holds}`);
  if (places.length === 0) console.error("  nothing: there is no state here");
  console.error("This is kept:");
  console.error(
    "  machines, hosts and the servers on them, which run on as they are; take services down first if they should not",
  );
  console.error("  the lab, if it runs: berth lab down");
  console.error("  Debian packages, this checkout, and a database given by BERTH_DATABASE_URL");
  if (await isThere(`${config.stateDir}-simulated`))
    console.error(`  the simulated demo's own state: BERTH_STATE_DIR=${config.stateDir}-simulated berth uninstall`);
  if (places.length === 0) return;
  if (!options.yes) await ask();
  await stopController();
  await stopDatabase();
  for (const { path } of places) {
    await rm(path, { recursive: true, force: true });
    say(`removed ${path}`);
  }
}

async function findPlaces(): Promise<{ path: string; holds: string }[]> {
  // PostgreSQL's own user may not reach the state directory; then the data lies where this note says.
  const note = await readFile(join(config.stateDir, "pg/data-is-in"), "utf8").catch(() => null);
  const places = [
    ...(note === null ? [] : [{ path: note.trim(), holds: "the database" }]),
    { path: config.stateDir, holds: "the database, the key of its secrets, imported images, logs" },
    { path: config.cacheDir, holds: "built images, which can be built again" },
  ];
  const there = await Promise.all(places.map(({ path }) => isThere(path)));
  return places.filter((_, i) => there[i]);
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function ask(): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure("there is no terminal to ask on", { hints: ["Add --yes to remove without asking."] });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Type yes to remove it: ");
  terminal.close();
  if (answer.trim() !== "yes") throw new Failure("nothing was removed");
}
