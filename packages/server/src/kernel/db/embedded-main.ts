import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLog } from "../log.ts";
import { startEmbedded, stopEmbedded } from "./embedded.ts";

// `node embedded-main.ts start|stop --state DIR`: for the launcher, which starts parts of the server and imports none.
// `start` prints one line of JSON with the database's URL.
const { positionals, values } = parseArgs({ allowPositionals: true, options: { state: { type: "string" } } });
const [verb] = positionals;
if (values.state === undefined) throw new Error("--state is missing");
const directory = join(values.state, "pg");

switch (verb) {
  case "start": {
    const running = await startEmbedded({ directory, log: createLog({ level: "info" }) });
    console.log(JSON.stringify({ url: running.url, pid: running.pid, started: running.started }));
    break;
  }
  case "stop":
    await stopEmbedded(directory);
    break;
  default:
    throw new Error("the first argument is start or stop");
}
