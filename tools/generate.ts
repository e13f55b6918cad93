import { readFile, writeFile } from "node:fs/promises";
import { describeCommands } from "./gen-commands.ts";
import { describeLifecycles } from "./gen-lifecycles.ts";
import { describeContract } from "./gen-openapi.ts";
import { describeSchema } from "./gen-schema.ts";

/** `./berth gen` writes what is generated; with `--check`, says which of it is out of date. */
const files = [
  ...(await describeSchema()),
  ...(await describeContract()),
  ...describeLifecycles(),
  ...describeCommands(),
];
if (process.argv.includes("--check")) {
  const stale: string[] = [];
  for (const { file, text } of files) {
    if ((await readFile(file, "utf8").catch(() => "")) !== text) stale.push(file.pathname);
  }
  for (const path of stale) console.error(`out of date: ${path}`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { file, text } of files) await writeFile(file, text);
}
