import { parseArgs } from "node:util";
import { z } from "zod";
import { startEdge } from "./edge.ts";
import { log, reasonOf } from "./log.ts";

const USAGE = "usage: node packages/edge/src/main.ts --socket PATH --site NAME --owner-uid N --owner-gid N --state DIR";

const Options = z.object({
  socket: z.string().min(1).max(106),
  site: z.string().regex(/^[A-Za-z0-9._-]{1,63}$/),
  "owner-uid": z.coerce.number().int().min(0),
  "owner-gid": z.coerce.number().int().min(0),
  state: z.string().min(1),
});

function readOptions(argv: readonly string[]): z.output<typeof Options> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { socket: text, site: text, "owner-uid": text, "owner-gid": text, state: text },
  });
  return Options.parse(values);
}

try {
  const options = readOptions(process.argv.slice(2));
  const edge = await startEdge({
    socket: options.socket,
    site: options.site,
    owner: { uid: options["owner-uid"], gid: options["owner-gid"] },
    stateDir: options.state,
  });
  const stop = () => {
    edge.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
} catch (error) {
  log("error", "edge could not start", { reason: reasonOf(error), usage: USAGE });
  process.exitCode = 2;
}
