import { rm, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { run } from "./command.ts";
import { findNamespaces, namespacePids } from "./network.ts";
import { labPaths } from "./plan.ts";
import { livingProcesses } from "./process-records.ts";
import { waitUntil } from "./wait.ts";

const KILL_DEADLINE_MS = 30_000;

/**
 * Takes away all of a lab, in whatever state it is: the processes it recorded, whatever runs in its namespaces (guests
 * of libvirt are nobody's children), the namespaces, its files. The records go last: while they are there, somebody is
 * not done. Twice is once.
 */
export async function sweep(lab: { name: string; stateDir: string }): Promise<void> {
  const paths = labPaths(lab.stateDir, lab.name);
  await waitUntil("recorded processes end", () => killRecorded(paths.records), { deadlineMs: KILL_DEADLINE_MS });
  for (const namespace of await findNamespaces(lab.name)) {
    await waitUntil(`processes in ${namespace} end`, () => killInside(namespace), { deadlineMs: KILL_DEADLINE_MS });
    await run("ip", ["netns", "del", namespace]);
  }
  // Only what a lab has made is a lab's: its spec is the first file there.
  if (await exists(paths.spec)) await rm(paths.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  await rm(paths.runtime, { recursive: true, force: true });
  // Where other labs have theirs too, it stays.
  await rmdir(dirname(paths.runtime)).catch(() => {});
}

/** True when none is left. */
async function killRecorded(records: string): Promise<boolean> {
  const living = (await livingProcesses(records)).filter(({ pid }) => pid !== process.pid);
  for (const { pid } of living) kill(pid);
  return living.length === 0;
}

async function killInside(namespace: string): Promise<boolean> {
  const pids = (await namespacePids(namespace)).filter((pid) => pid !== process.pid);
  for (const pid of pids) kill(pid);
  return pids.length === 0;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
