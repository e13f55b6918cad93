import { copyFile, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { cachedBuild, contentKey } from "./build-cache.ts";
import { type CpioEntry, cpioArchive } from "./cpio.ts";
import { makeTree } from "./mmdebstrap.ts";
import { runTool } from "./run-tool.ts";

const AGENT = new URL("../agent/", import.meta.url);
const RECIPE_VERSION = "1";
const RELEASE = "bookworm";
const PACKAGES = [
  "linux-image-cloud-amd64",
  "busybox-static",
  "curl",
  "zstd",
  "openssl",
  "fdisk",
  "util-linux",
] as const;
export const PROGRAMS = ["usr/bin/curl", "usr/bin/zstd", "usr/bin/openssl", "sbin/sfdisk", "sbin/blkdiscard"] as const;
const MODULES = [
  "virtio_pci",
  "virtio_blk",
  "virtio_scsi",
  "virtio_net",
  "virtio_rng",
  "nvme",
  "ahci",
  "sd_mod",
] as const;
export const APPLETS =
  "cat chmod cp cut dd grep head ifconfig insmod ip kill ls mkdir mount mv poweroff printf reboot rm sed sh sleep stat sync tail touch tr udhcpc umount uname";

export const BuiltServiceOs = z.object({
  /** File names in the folder of the result, with their sizes. */
  kernel: z.string(),
  kernelBytes: z.number().int(),
  initrd: z.string(),
  initrdBytes: z.number().int(),
});
export type BuiltServiceOs = z.infer<typeof BuiltServiceOs> & { readonly dir: string };

/** Builds the small Linux that installs, inspects and wipes machines. Needs no root: packages are only unpacked. */
export async function buildServiceOs(options: {
  cacheDir: string;
  mirror?: string;
  progress: (line: string) => void;
}): Promise<BuiltServiceOs> {
  const agent = await agentEntries();
  const agentText = agent.map((entry) =>
    entry.kind === "file" ? `${entry.path}\n${entry.content.toString()}` : entry.path,
  );
  const ingredients = [
    RECIPE_VERSION,
    ...PACKAGES,
    ...PROGRAMS,
    ...MODULES,
    APPLETS,
    options.mirror ?? "",
    ...agentText,
  ];
  const place = {
    cacheDir: join(options.cacheDir, "service-os"),
    name: "service-os",
    key: contentKey(ingredients),
    schema: BuiltServiceOs,
  };
  return cachedBuild(place, async (dir) => {
    const tree = await unpackedTree(options, join(options.cacheDir, "service-os"));
    options.progress("making the initramfs");
    const archive = join(dir, "initrd.cpio");
    await writeFile(archive, cpioArchive([...(await systemEntries(tree)), ...agent]));
    await runTool("zstd", ["-q", "-19", "-T0", "--rm", "-o", join(dir, "initrd"), "--", archive]);
    const kernel = (await readdir(join(tree, "boot"))).find((name) => name.startsWith("vmlinuz-"));
    if (kernel === undefined) throw new Error("the tree has no kernel");
    await copyFile(join(tree, "boot", kernel), join(dir, "vmlinuz"));
    return {
      kernel: "vmlinuz",
      kernelBytes: (await stat(join(dir, "vmlinuz"))).size,
      initrd: "initrd",
      initrdBytes: (await stat(join(dir, "initrd"))).size,
    };
  });
}

/** Debian's packages, unpacked once for all versions of the agent. */
async function unpackedTree(
  options: { mirror?: string; progress: (line: string) => void },
  cacheDir: string,
): Promise<string> {
  const key = contentKey([RECIPE_VERSION, RELEASE, ...PACKAGES, options.mirror ?? ""]);
  const place = { cacheDir, name: "packages", key, schema: z.object({ tree: z.string() }) };
  const { dir, tree } = await cachedBuild(place, async (work) => {
    const tar = join(work, "tree.tar");
    options.progress("unpacking Debian packages");
    await makeTree(
      { release: RELEASE, packages: PACKAGES, variant: "extract", mirror: options.mirror },
      tar,
      options.progress,
    );
    await mkdir(join(work, "tree"));
    await runTool("tar", ["-x", "-C", join(work, "tree"), "--exclude=./dev/*", "--no-same-owner", "-f", tar]);
    await rm(tar);
    return { tree: "tree" };
  });
  return join(dir, tree);
}

async function agentEntries(): Promise<CpioEntry[]> {
  const names = (await readdir(AGENT)).sort();
  return Promise.all(
    names.map(async (name) => ({
      kind: "file" as const,
      path: name === "init" ? "init" : `agent/${name}`,
      mode: 0o755,
      content: await readFile(new URL(name, AGENT)),
    })),
  );
}

async function systemEntries(tree: string): Promise<CpioEntry[]> {
  const folders = ["agent", "bin", "dev", "lib", "lib/modules", "lib64", "proc", "run", "sys", "tmp", "usr", "usr/lib"];
  const file = async (path: string, from: string, mode = 0o755): Promise<CpioEntry> => ({
    kind: "file",
    path,
    mode,
    content: await readFile(from),
  });
  const modules = await modulesInOrder(tree);
  const libraries = await librariesOf(tree);
  return [
    ...folders.map((path) => ({ kind: "directory" as const, path, mode: 0o755 })),
    { kind: "character-device", path: "dev/console", mode: 0o600, major: 5, minor: 1 },
    { kind: "character-device", path: "dev/null", mode: 0o666, major: 1, minor: 3 },
    { kind: "link", path: "sbin", target: "bin" },
    { kind: "link", path: "usr/bin", target: "../bin" },
    { kind: "link", path: "usr/sbin", target: "../bin" },
    await file("bin/busybox", join(tree, "bin/busybox")),
    ...APPLETS.split(" ").map((name) => ({ kind: "link" as const, path: `bin/${name}`, target: "busybox" })),
    ...(await Promise.all(PROGRAMS.map((path) => file(`bin/${basename(path)}`, join(tree, path))))),
    ...(await Promise.all([...libraries].map(([path, from]) => file(path, from)))),
    ...(await Promise.all(modules.map((path) => file(`lib/modules/${basename(path)}`, path, 0o644)))),
    {
      kind: "file",
      path: "lib/modules/order",
      mode: 0o644,
      content: Buffer.from(modules.map((path) => `${basename(path)}\n`).join("")),
    },
  ];
}

/** Every library that the programs load, as path in the initramfs to file, as the tree's own dynamic loader finds them. */
async function librariesOf(tree: string): Promise<Map<string, string>> {
  const loader = join(tree, "lib64/ld-linux-x86-64.so.2");
  const realLoader = await realpath(loader).catch(() => join(tree, "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"));
  const folders = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"].map((folder) => join(tree, folder));
  const found = new Map([["lib64/ld-linux-x86-64.so.2", realLoader]]);
  for (const program of PROGRAMS) {
    const text = await runTool(realLoader, ["--list", "--library-path", folders.join(":"), join(tree, program)]);
    for (const match of text.matchAll(/=> (\/\S+)/g)) {
      const path = match[1] ?? "";
      // The loader itself is named by its place on this machine.
      if (basename(path).startsWith("ld-linux")) continue;
      if (!path.startsWith(tree)) throw new Error(`${program} needs ${path}, which is not among the packages`);
      found.set(`lib/${basename(path)}`, path);
    }
  }
  return found;
}

/** The modules' files, each after those it depends on (which it names itself, in its section `.modinfo`). */
async function modulesInOrder(tree: string): Promise<string[]> {
  const [version = ""] = await readdir(join(tree, "lib/modules"));
  const root = join(tree, "lib/modules", version, "kernel");
  const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith(".ko"));
  const byName = new Map(paths.map((path) => [basename(path, ".ko").replaceAll("-", "_"), join(root, path)]));
  const order = new Set<string>();
  const add = async (name: string): Promise<void> => {
    const path = byName.get(name.replaceAll("-", "_"));
    // Built into the kernel.
    if (path === undefined || order.has(path)) return;
    const text = (await readFile(path)).toString("latin1");
    const needs = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? "";
    for (const need of needs.split(",").filter((n) => n !== "")) await add(need);
    order.add(path);
  };
  for (const name of MODULES) await add(name);
  return [...order];
}
