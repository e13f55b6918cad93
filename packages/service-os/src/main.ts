import { parseArgs } from "node:util";
import { buildDebianImage } from "./build-debian-image.ts";
import { buildServiceOs } from "./build-service-os.ts";
import { buildStandIn } from "./build-stand-in.ts";

const USAGE = "usage: node packages/service-os/src/main.ts debian-12|stand-in|service-os --cache DIR [--mirror URL]";

/**
 * Builds one thing into the cache, or finds it there. A line of JSON for each piece of news on standard output: `progress`
 * with a line for people, at the end `done` with the result or `failed` with the reason.
 */
const tell = (news: Record<string, unknown>) => console.log(JSON.stringify(news));

async function build(recipe: string | undefined, cacheDir: string, mirror: string | undefined): Promise<unknown> {
  const options = {
    cacheDir,
    mirror,
    progress: (line: string) => tell({ event: "progress", line: line.slice(0, 500) }),
  };
  switch (recipe) {
    case "debian-12":
      return buildDebianImage(options);
    case "stand-in":
      return buildStandIn(options);
    case "service-os":
      return buildServiceOs(options);
    default:
      throw new Error(USAGE);
  }
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { cache: { type: "string" }, mirror: { type: "string" } },
  });
  if (values.cache === undefined || positionals.length !== 1) throw new Error(USAGE);
  tell({ event: "done", result: await build(positionals[0], values.cache, values.mirror) });
} catch (error) {
  tell({ event: "failed", reason: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
