import { existsSync } from "node:fs";
import { join } from "node:path";

/** The root of this checkout. */
export const ROOT = join(import.meta.dirname, "../../../..");

export function inRoot(...parts: string[]): string {
  return join(ROOT, ...parts);
}

/** The script of a tool that was installed by npm, to be run by our own Node: the one on the PATH may be too old. */
export function toolScript(relative: string): string {
  const path = inRoot("node_modules", relative);
  if (!existsSync(path)) throw new Error(`${relative} is not in node_modules: run ./berth again to have it installed`);
  return path;
}
