import { startController } from "../packages/server/src/controller.ts";
import { readConfig } from "../packages/server/src/kernel/config.ts";
import { createLog } from "../packages/server/src/kernel/log.ts";

/** A controller that gives up a machine after seconds: simulated ones start at once, or never. */
const config = readConfig();
const patience = { bootMs: 15_000, reachMs: 30_000 };
const controller = await startController(config, createLog({ level: config.logLevel }), { patience });
const { url, administrator } = controller;
console.log(JSON.stringify({ event: "ready", url, token: administrator?.token ?? null }));
process.once("SIGTERM", () => void controller.stop().then(() => process.exit(0)));
