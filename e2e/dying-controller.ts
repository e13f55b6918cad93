import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startController } from "../packages/server/src/controller.ts";
import { readConfig } from "../packages/server/src/kernel/config.ts";
import { createLog } from "../packages/server/src/kernel/log.ts";

/**
 * A controller that kills itself the first time a named point is reached: `E2E_DIE_AT=workflow/step/point/direction`.
 * It writes down where it died, so that the test can tell this death from any other.
 */
const dieAt = process.env.E2E_DIE_AT ?? "";
const config = readConfig();
const controller = await startController(config, createLog({ level: config.logLevel }), {
  onMoment: ({ workflow, step, point, direction }) => {
    if (`${workflow}/${step}/${point}/${direction}` !== dieAt) return;
    writeFileSync(join(config.stateDir, "died-at"), dieAt);
    process.kill(process.pid, "SIGKILL");
  },
});
const { url, administrator } = controller;
console.log(JSON.stringify({ event: "ready", url, token: administrator?.token ?? null }));
process.once("SIGTERM", () => void controller.stop().then(() => process.exit(0)));
