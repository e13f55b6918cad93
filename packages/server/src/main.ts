import { startController } from "./controller.ts";
import { readConfig, redactConfig } from "./kernel/config.ts";
import { createLog } from "./kernel/log.ts";

/**
 * One controller. Prints one line of JSON on standard output once it serves; everything else goes to the log on standard
 * error. SIGTERM and SIGINT let it finish what it is at and hand the rest to other controllers.
 */
const config = readConfig();
const log = createLog({ level: config.logLevel });
log.info("controller starts", redactConfig(config));

try {
  const controller = await startController(config, log);
  const { url, administrator } = controller;
  console.log(
    JSON.stringify({
      event: "ready",
      url,
      administrator: administrator === null ? null : { name: administrator.name, password: administrator.password },
      token: administrator?.token ?? null,
    }),
  );
  const stop = (signal: string) => {
    log.info("controller stops", { signal });
    controller.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error("controller did not stop well", { error });
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
} catch (error) {
  log.error("controller did not start", { error });
  process.exit(1);
}
