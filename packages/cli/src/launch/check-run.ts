import { inRoot, toolScript } from "./paths.ts";
import { capture } from "./run.ts";

interface Check {
  readonly name: string;
  /** What to do about a failure, where the tool's own output does not say so. */
  readonly hint?: string;
  readonly args: readonly string[];
}

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

/** Every check is a script for our own Node. */
function checks(): Check[] {
  return [
    { name: "types", args: [toolScript("typescript/bin/tsc"), "--noEmit", "-p", "."] },
    // In browsers there is a DOM and no Node, so the portal's types are checked apart.
    { name: "portal types", args: [toolScript("typescript/bin/tsc"), "--noEmit", "-p", "packages/portal"] },
    {
      name: "style",
      args: [toolScript("@biomejs/biome/bin/biome"), "check", "--max-diagnostics=40", "--colors=off", "."],
      hint: "./berth check --fix mends most of it",
    },
    {
      name: "leaning",
      args: [inRoot("tools/cruise.ts"), "--config", ".dependency-cruiser.cjs", "packages", "e2e", "bench", "tools"],
    },
    { name: "unused", args: [toolScript("knip/bin/knip.js"), "--no-progress", "--no-config-hints"] },
    { name: "generated", args: [inRoot("tools/generate.ts"), "--check"], hint: "./berth gen writes them anew" },
    { name: "conventions", args: [toolScript("vitest/vitest.mjs"), "run", "--project", "conventions"] },
  ];
}

/** Runs all checks at once; prints a line for each as it ends, and what the failed ones said. */
export async function runChecks(): Promise<CheckResult[]> {
  const results = await Promise.all(checks().map(runCheck));
  for (const failed of results.filter((result) => !result.ok))
    console.log(`\n--- ${failed.name}\n${failed.output.trim()}`);
  return results;
}

async function runCheck({ name, args, hint }: Check): Promise<CheckResult> {
  const startedAt = performance.now();
  const { exitCode, output } = await capture(process.execPath, args, { cwd: inRoot() });
  const result = { name, ok: exitCode === 0, seconds: (performance.now() - startedAt) / 1000, output };
  const note = result.ok || hint === undefined ? "" : `   ${hint}`;
  console.log(`${result.ok ? "ok  " : "FAIL"}  ${name.padEnd(12)} ${result.seconds.toFixed(1)} s${note}`);
  return result;
}

/** Lets Biome rewrite what it can. */
export async function fixStyle(): Promise<void> {
  await capture(process.execPath, [toolScript("@biomejs/biome/bin/biome"), "check", "--write", "."], { cwd: inRoot() });
}
