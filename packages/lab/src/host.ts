import { appendFile, chown, rm, stat, statfs } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, run } from "./command.ts";
import { BALLAST_FILE, makeStorage, POOL_FOLDER, writeHostFiles } from "./host-files.ts";
import { type InsideProcess, startInside } from "./inside.ts";
import type { HostPlan } from "./plan.ts";
import { RefusedError } from "./unix-http.ts";
import { waitUntil } from "./wait.ts";

const MOUNTS_SCRIPT = fileURLToPath(new URL("./host-mounts.sh", import.meta.url));
const START_DEADLINE_MS = 120_000;
const STOP_GRACE_MS = 5_000;
/** Left to be written byte by byte, as a file system keeps some room for its own. */
const FILL_BY_HAND_BYTES = 64 * 1024 ** 2;

const HOST_FAULTS = ["libvirtd-restart", "host-disk-full"] as const;

/** A hypervisor host: a private libvirtd in its own network and its own view of files. */
export interface LabHostProcess {
  readonly plan: HostPlan;
  /** Of libvirtd; null while it does not run. */
  pid(): number | null;
  processes(): readonly InsideProcess[];
  provoke(kind: string, count: number): Promise<void>;
  faults(): Record<string, number>;
  /** The pool's folder as labd can read it. */
  poolFolder(): string;
  close(): Promise<void>;
}

export async function startHost(
  plan: HostPlan,
  lab: { owner: { uid: number; gid: number }; log: string },
): Promise<LabHostProcess> {
  await writeHostFiles(plan);
  const hasStorage = await canLoop();
  const storage = join(plan.dir, "storage.img");
  if (hasStorage) await makeStorage(storage, plan.storageGiB);
  const inside = { namespace: plan.namespace, log: lab.log };
  const mounts = startInside({
    ...inside,
    name: `${plan.name} mounts`,
    argv: ["unshare", "--mount", "--", "/bin/sh", MOUNTS_SCRIPT, plan.dir, hasStorage ? storage : "-"],
  });
  await waitUntil(
    `${plan.name} has its files`,
    () => {
      if (!mounts.isRunning()) throw new Error(`${plan.name} could not get its own view of files: ${lab.log} says why`);
      return exists(join(plan.dir, "mounted"));
    },
    { deadlineMs: START_DEADLINE_MS },
  );
  const state: { daemon: InsideProcess; turn: Promise<unknown>; isFull: boolean } = {
    daemon: await startDaemon(),
    turn: Promise.resolve(),
    isFull: false,
  };
  const seen = (path: string) => `/proc/${mounts.pid}/root${path}`;
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = state.turn.then(work);
    state.turn = turn.catch(() => {});
    return turn;
  };

  async function startDaemon(): Promise<InsideProcess> {
    await rm(plan.socket, { force: true });
    const daemon = startInside({
      ...inside,
      name: `${plan.name} libvirtd`,
      mountsOf: mounts.pid,
      argv: ["/usr/sbin/libvirtd", "--config", "/etc/libvirt/libvirtd.conf", "--pid-file", "/run/libvirt/libvirtd.pid"],
    });
    await waitUntil(
      `libvirtd of ${plan.name} answers`,
      () => {
        if (!daemon.isRunning()) throw new Error(`libvirtd of ${plan.name} ended at once: ${lab.log} says why`);
        return answers(plan.socket);
      },
      { deadlineMs: START_DEADLINE_MS },
    );
    // It belongs to the caller as soon as it is there: nobody else may make virtual machines as root.
    await chown(plan.socket, lab.owner.uid, lab.owner.gid);
    return daemon;
  }

  async function restart(): Promise<void> {
    await state.daemon.end(0);
    state.daemon = await startDaemon();
  }

  async function fill(): Promise<void> {
    if (!hasStorage)
      throw new RefusedError(409, "this computer has no loop devices, so the host's disk has no end of its own");
    const { bavail, bsize } = await statfs(seen(POOL_FOLDER));
    const bytes = Math.max(bavail * bsize - FILL_BY_HAND_BYTES, 0);
    // Reserved, not written: it takes no room on this computer.
    if (bytes > 0) await run("fallocate", ["--length", String(bytes), "--", seen(BALLAST_FILE)]);
    await appendUntilFull(seen(BALLAST_FILE));
    state.isFull = true;
  }

  async function empty(): Promise<void> {
    await rm(seen(BALLAST_FILE), { force: true });
    state.isFull = false;
  }

  return {
    plan,
    pid: () => (state.daemon.isRunning() ? state.daemon.pid : null),
    processes: () => [mounts, state.daemon],
    async provoke(kind, count) {
      switch (kind) {
        case "libvirtd-restart":
          return count === 0 ? undefined : inTurn(restart);
        case "host-disk-full":
          return inTurn(count === 0 ? empty : fill);
        default:
          throw new RefusedError(404, `a host has no fault ${kind}; it has ${HOST_FAULTS.join(", ")}`);
      }
    },
    faults: (): Record<string, number> => (state.isFull ? { "host-disk-full": 1 } : {}),
    poolFolder: () => seen(POOL_FOLDER),
    async close() {
      await state.turn;
      await state.daemon.end(STOP_GRACE_MS);
      await mounts.end(STOP_GRACE_MS);
    },
  };
}

/** In a container there may be none; the host's volumes then share the disk of this computer. */
async function canLoop(): Promise<boolean> {
  return await run("losetup", ["--find"]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CommandError) return false;
      throw error;
    },
  );
}

async function appendUntilFull(path: string): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024);
  const limit = (4 * FILL_BY_HAND_BYTES) / chunk.length;
  for (let written = 0; written < limit; written += 1) {
    const isFull = await appendFile(path, chunk).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOSPC") return true;
        throw error;
      },
    );
    if (isFull) return;
  }
  throw new Error("the host's disk did not get full");
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
