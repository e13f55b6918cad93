import type { Command } from "commander";
import { guarded } from "../launch/failure.ts";
import { inRoot } from "../launch/paths.ts";
import { runHere } from "../launch/run.ts";
import { setUp } from "../setup/set-up.ts";

interface Options {
  out: string;
  json?: boolean;
  url?: string;
  token?: string;
  only?: string;
  yes?: boolean;
}

export function register(program: Command): void {
  program
    .command("screenshots")
    .description("take a picture of every page of the portal in both themes, and look for what hinders people (axe)")
    .requiredOption("--out <directory>", "where the pictures go")
    .option("--json", "the last line is one object with pages and violations")
    .option("--only <text>", "only pages whose address holds this")
    .option("--url <url>", "of a Berth that runs, instead of one with sample data on a simulated lab")
    .option("--token <token>", "an administrator's, for that Berth")
    .option("-y, --yes", "install what is missing without asking")
    .addHelpText("after", "\nExample:\n  berth screenshots --out pictures")
    .action(guarded(screenshots));
}

async function screenshots({ out, json, only, url, token, yes }: Options): Promise<void> {
  await setUp({ purposes: ["browser"], yes: yes ?? false });
  const given = Object.entries({ out, only, url, token }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  const args = [inRoot("e2e/screenshots-main.ts"), ...given, ...(json ? ["--json"] : [])];
  process.exitCode = await runHere(process.execPath, args, {});
}
