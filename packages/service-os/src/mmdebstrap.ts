import { access, readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { aptSources, mirrorSources } from "./apt-sources.ts";
import { runTool } from "./run-tool.ts";

interface Recipe {
  readonly release: string;
  readonly packages: readonly string[];
  /** `extract` only unpacks: no maintainer scripts run, so nothing needs to be root. */
  readonly variant: "minbase" | "extract";
  /** Shell texts that mmdebstrap runs with the new root as `$1`: after the essential packages, and at the end. */
  readonly essentialHook?: string;
  readonly customizeHook?: string;
  readonly leaveOut?: readonly string[];
  readonly mirror?: string;
}

/** Makes a Debian tree as a tar file. As root it works directly, as an ordinary user in a user namespace. */
export async function makeTree(recipe: Recipe, tarPath: string, onLine: (line: string) => void): Promise<void> {
  const sources =
    recipe.mirror === undefined ? await aptSources(recipe.release) : mirrorSources(recipe.release, recipe.mirror);
  if (sources.length === 0) {
    throw new Error(`this machine has no apt source for Debian ${recipe.release}: give one with --mirror`);
  }
  const hook = (name: string, text: string | undefined) => (text === undefined ? [] : [`--${name}-hook=${text}`]);
  await runTool(
    "mmdebstrap",
    [
      `--mode=${await treeMode()}`,
      `--variant=${recipe.variant}`,
      `--include=${recipe.packages.join(",")}`,
      '--aptopt=Acquire::Languages "none"',
      '--aptopt=Acquire::Retries "3"',
      ...(recipe.leaveOut ?? []).map((path) => `--dpkgopt=path-exclude=${path}`),
      ...hook("essential", recipe.essentialHook),
      ...hook("customize", recipe.customizeHook),
      "--",
      recipe.release,
      tarPath,
      ...sources,
    ],
    { onLine },
  );
}

/** Runs a shell text as (namespace) root, reading one file on standard input and writing another on standard output. */
export async function runAsTreeRoot(script: string, input: number, output: number): Promise<void> {
  const mode = await treeMode();
  const argv = ["sh", "-euc", script];
  await (mode === "root"
    ? runTool("sh", argv.slice(1), { input, output })
    : runTool("mmdebstrap", ["--unshare-helper", ...argv], { input, output }));
}

async function treeMode(): Promise<"root" | "unshare"> {
  const { uid, username } = userInfo();
  if (uid === 0) return "root";
  const hasHelper = await access("/usr/bin/newuidmap").then(
    () => true,
    () => false,
  );
  const ranges = await readFile("/etc/subuid", "utf8").catch(() => "");
  const hasRange = ranges.split("\n").some((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
  if (hasHelper && hasRange) return "unshare";
  throw new Error(
    "building an image as an ordinary user needs the package uidmap and a range of sub-ids (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER); or build it as root",
  );
}
