import { access, constants, readFile, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { freemem, release, totalmem } from "node:os";
import { dirname } from "node:path";
import { config } from "../launch/config.ts";
import { findController } from "../launch/controller.ts";
import { capture } from "../launch/run.ts";
import { missingPackages } from "./debian.ts";
import { partsFor } from "./parts.ts";
import { type Finding, judge, type MachineFacts } from "./preflight-rules.ts";

/** Looks at this computer and says what will work. */
export async function preflight(): Promise<Finding[]> {
  return judge(await readFacts());
}

const MIB = 1024 * 1024;

async function readFacts(): Promise<MachineFacts> {
  const parts = partsFor(["lab", "images"]).map((part) => part.package);
  const [disk, availableMemoryMiB, listenHeldBy, missing, hasKvm, hasSudo, hasApt] = await Promise.all([
    statfs(await nearestFolder(config.stateDir)),
    readAvailableMemory(),
    readHolder(),
    missingPackages(parts),
    access("/dev/kvm", constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    ),
    isThere("sudo"),
    isThere("apt-get"),
  ]);
  return {
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    totalMemoryMiB: totalmem() / MIB,
    availableMemoryMiB,
    stateDir: config.stateDir,
    freeDiskMiB: (disk.bavail * disk.bsize) / MIB,
    listen: config.listen,
    listenHeldBy,
    hasKvm,
    isRoot: process.getuid?.() === 0,
    hasSudo,
    missingPackages: missing,
    hasApt,
    proxy: config.proxy,
    noProxy: config.noProxy,
  };
}

/** The state directory may not be there yet: what counts is the file system that it will be made on. */
async function nearestFolder(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere || path === dirname(path) ? path : nearestFolder(dirname(path));
}

/** What programs can have, with the caches that would be given up for them: `freemem` leaves those out. */
async function readAvailableMemory(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kib === undefined ? freemem() / MIB : Number(kib) / 1024;
}

async function readHolder(): Promise<MachineFacts["listenHeldBy"]> {
  if ((await findController()) !== null) return "berth";
  const separator = config.listen.lastIndexOf(":");
  const host = config.listen.slice(0, separator).replace(/^\[|\]$/g, "");
  const port = Number(config.listen.slice(separator + 1));
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve("other"));
    server.listen(port, host, () => server.close(() => resolve("nobody")));
  });
}

async function isThere(program: string): Promise<boolean> {
  return (await capture("/bin/sh", ["-c", 'command -v "$0" >/dev/null', program])).exitCode === 0;
}
