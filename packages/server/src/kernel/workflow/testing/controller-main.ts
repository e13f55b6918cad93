import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openDb } from "../../db/db.ts";
import { createLog } from "../../log.ts";
import { createEngine } from "../engine.ts";
import { type Fate, fateFile, Orders } from "./orders.ts";
import { ruin, ruinPart } from "./outside.ts";

/**
 * A controller in a process of its own, for tests that kill it. Its one argument says where it works and at which
 * moments a controller dies or halts; each of these happens to the first controller that gets there.
 */
const orders = Orders.parse(JSON.parse(process.argv[2] ?? "{}"));
const log = createLog({ level: "error" });
const engine = createEngine({
  db: openDb(orders.databaseUrl),
  databaseUrl: orders.databaseUrl,
  controllerId: orders.name,
  log,
  leaseTimes: orders.leaseTimes,
  onLeaseLost: () => process.exit(3),
});
engine.register(ruin, { directory: orders.directory });
engine.register(ruinPart, { directory: orders.directory });
engine.onMoment = async (moment) => {
  const fate = orders.fates.find(
    (one) =>
      one.operationId === moment.operationId &&
      one.step === moment.step &&
      one.point === moment.point &&
      one.direction === moment.direction,
  );
  if (fate === undefined || !isFirst(fate)) return;
  process.kill(process.pid, fate.kind === "kill" ? "SIGKILL" : "SIGSTOP");
  // The signal comes at once, but not within this very call.
  await sleep(50);
};

/** Leaves a mark in the directory: the fate was met here, and by nobody before. */
function isFirst(fate: Fate): boolean {
  try {
    const file = openSync(join(orders.directory, fateFile(fate)), "wx");
    writeSync(file, String(process.pid));
    return true;
  } catch {
    return false;
  }
}

await engine.launch();
process.stdout.write("launched\n");
