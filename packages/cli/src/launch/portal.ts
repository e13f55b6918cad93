import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { config } from "./config.ts";
import { Failure, say } from "./failure.ts";
import { inRoot, ROOT, toolScript } from "./paths.ts";
import { capture } from "./run.ts";

const PORTAL = inRoot("packages/portal");
const DIST = join(PORTAL, "dist");
/** In the result: what it was made from. */
const STAMP = "sources.sha256";
const SOURCES = [
  "packages/portal/src",
  "packages/portal/public",
  "packages/portal/index.html",
  "packages/portal/vite.config.ts",
  "packages/portal/compress.ts",
  "packages/portal/package.json",
  "packages/api/src",
  "packages/sdk/src",
  "package-lock.json",
] as const;
const SHOWN_LINES = 20;

/** Builds the portal, unless it was built from just these sources. */
export async function ensurePortal(): Promise<void> {
  const sources = await fingerprint();
  const built = await readFile(join(DIST, STAMP), "utf8").catch(() => null);
  if (built === sources) return;
  const startedAt = performance.now();
  say(built === null ? "building the portal" : "building the portal again, as its sources have changed");
  // Beside it and then in its place: what is served meanwhile stays whole.
  const fresh = `${DIST}.${process.pid}`;
  try {
    await build(fresh);
    await writeFile(join(fresh, STAMP), sources);
    await replace(fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  say(`the portal is built (${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
}

async function build(outDir: string): Promise<void> {
  const args = [toolScript("vite/bin/vite.js"), "build", PORTAL, "--outDir", outDir, "--logLevel", "warn"];
  const { exitCode, output } = await capture(process.execPath, args, {
    cwd: PORTAL,
    // Else, where tests start it, React would be the one for developers.
    env: { ...config.environment, NODE_ENV: "production" },
  });
  if (exitCode === 0) return;
  throw new Failure("the portal could not be built", { hints: output.trim().split("\n").slice(-SHOWN_LINES) });
}

async function replace(fresh: string): Promise<void> {
  const old = `${DIST}.old.${process.pid}`;
  if (existsSync(DIST)) await rename(DIST, old);
  await rename(fresh, DIST);
  await rm(old, { recursive: true, force: true });
}

/** Of what the sources hold, not of when they were written: a fresh checkout has only new files. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of await filesBelow(inRoot(source))) {
      hash.update(`${relative(ROOT, file)}\0`);
      hash.update(await readFile(file));
    }
  }
  return hash.digest("hex");
}

async function filesBelow(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => null);
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
