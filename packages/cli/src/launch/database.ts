import { mkdir } from "node:fs/promises";
import { z } from "zod";
import { config } from "./config.ts";
import { Failure, say } from "./failure.ts";
import { inRoot } from "./paths.ts";
import { capture } from "./run.ts";

const EMBEDDED = inRoot("packages/server/src/kernel/db/embedded-main.ts");
const Started = z.object({ url: z.string(), pid: z.number(), started: z.boolean() });

/** The URL of the database to use: the one that was given, or of Berth's own PostgreSQL, which is started. */
export async function ensureDatabase(): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl;
  await mkdir(config.stateDir, { recursive: true, mode: 0o711 });
  const { exitCode, output } = await capture(process.execPath, [EMBEDDED, "start", "--state", config.stateDir]);
  const answer = output.split("\n").findLast((line) => line.startsWith('{"url":'));
  if (exitCode !== 0 || answer === undefined) {
    throw new Failure("PostgreSQL did not start", { hints: output.trim().split("\n").slice(-12) });
  }
  const running = Started.parse(JSON.parse(answer));
  say(running.started ? "PostgreSQL started" : "PostgreSQL is running");
  return running.url;
}

/** Stops Berth's own PostgreSQL; leaves one that was given alone. */
export async function stopDatabase(): Promise<void> {
  if (config.databaseUrl !== null) return;
  const { exitCode, output } = await capture(process.execPath, [EMBEDDED, "stop", "--state", config.stateDir]);
  if (exitCode !== 0) throw new Failure("PostgreSQL did not stop", { hints: output.trim().split("\n").slice(-12) });
}
