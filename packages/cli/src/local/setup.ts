import { type Command, Option } from "commander";
import { guarded, say } from "../launch/failure.ts";
import { type Purpose, partsFor } from "../setup/parts.ts";
import { setUp } from "../setup/set-up.ts";

const PURPOSES = ["lab", "images", "tests", "browser"] as const satisfies readonly Purpose[];

interface Options {
  for: Purpose[];
  yes?: boolean;
  list?: boolean;
}

export function register(program: Command): void {
  program
    .command("setup")
    .description("install the Debian packages that the lab needs; says which and why, and asks first")
    .addOption(new Option("--for <purpose...>", "what for").choices(PURPOSES).default(["lab", "images"]))
    .option("-y, --yes", "do not ask")
    .option("--list", "only name them")
    .addHelpText("after", "\nExample:\n  berth setup --for lab images")
    .action(
      guarded(async (options: Options) => {
        if (options.list) {
          for (const part of partsFor(options.for)) console.log(`${part.package.padEnd(27)} ${part.reason}`);
          return;
        }
        await setUp({ purposes: options.for, yes: options.yes ?? false });
        say(`all that is needed for ${options.for.join(", ")} is installed`);
      }),
    );
}
