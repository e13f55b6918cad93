import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";

// Stands in for packages/cli/src/main.ts until that is there: only the commands that need no controller.
const folder = join(import.meta.dirname, "../packages/cli/src/local");
const program = new Command("berth").enablePositionalOptions();
for (const file of (await readdir(folder)).sort()) {
  const module = await import(join(folder, file));
  module.register(program);
}
await program.parseAsync();
