import type { Command } from "commander";
import { z } from "zod";
import { readConnection, saveConnection } from "../commands/connection.ts";
import { controllerEnvironment } from "../launch/controller.ts";
import { ensureDatabase } from "../launch/database.ts";
import { Failure, guarded } from "../launch/failure.ts";
import { inRoot } from "../launch/paths.ts";
import { capture } from "../launch/run.ts";

const SCRIPT = inRoot("packages/server/src/reset-administrator.ts");
const Administrator = z.object({ name: z.string(), password: z.string(), token: z.string() });

export function register(program: Command): void {
  program
    .command("admin")
    .description("for who runs Berth on this computer")
    .command("reset")
    .description("give the administrator another password and this computer another token; the old ones end")
    .addHelpText("after", "\nExample:\n  berth admin reset")
    .action(guarded(reset));
}

/** Goes to the database itself: nobody may be able to sign in, which is why it is wanted. */
async function reset(): Promise<void> {
  const databaseUrl = await ensureDatabase();
  const { exitCode, output } = await capture(process.execPath, [SCRIPT], { env: controllerEnvironment(databaseUrl) });
  const line = output.split("\n").findLast((text) => text.startsWith('{"name"'));
  if (exitCode !== 0 || line === undefined) {
    throw new Failure("the administrator could not be reset", { hints: output.trim().split("\n").slice(-8) });
  }
  const { name, password, token } = Administrator.parse(JSON.parse(line));
  await saveConnection({ url: (await readConnection()).url, token });
  console.log(`Administrator: ${name}   password: ${password}`);
  console.log("The password is shown this once.");
}
