import { startController } from "../packages/server/src/controller.ts";
import { readConfig } from "../packages/server/src/kernel/config.ts";
import { createLog } from "../packages/server/src/kernel/log.ts";

/** A controller that calls outside tools on this computer, and does not wait long before it tries again. */
const config = readConfig();
const controller = await startController(config, createLog({ level: config.logLevel }), {
  allowOutgoing: ["127.0.0.0/8"],
  askPausesMs: [200, 200, 200],
});
const { url, administrator } = controller;
console.log(JSON.stringify({ event: "ready", url, token: administrator?.token ?? null }));
process.once("SIGTERM", () => void controller.stop().then(() => process.exit(0)));
