import { appendFile, readFile } from "node:fs/promises";
import { z } from "zod";

/**
 * Which processes a lab has started outside of its namespaces. A number alone is never believed: it may have been given
 * to another process since, so start time and boot are compared before anything is ended.
 */
const ProcessRecord = z.object({ role: z.string(), pid: z.int().min(2), startTicks: z.string(), bootId: z.string() });
export type ProcessRecord = z.output<typeof ProcessRecord>;

export async function recordProcess(file: string, role: string, pid: number): Promise<void> {
  const startTicks = await startTicksOf(pid);
  if (startTicks === null) throw new Error(`${role} ended at once`);
  const record: ProcessRecord = { role, pid, startTicks, bootId: await readBootId() };
  await appendFile(file, `${JSON.stringify(record)}\n`, { mode: 0o644 });
}

/** Those of the recorded processes that still run. */
export async function livingProcesses(file: string): Promise<ProcessRecord[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const bootId = await readBootId();
  const living: ProcessRecord[] = [];
  for (const line of text.split("\n")) {
    const record = ProcessRecord.safeParse(parsed(line));
    if (!record.success || record.data.bootId !== bootId) continue;
    if ((await startTicksOf(record.data.pid)) === record.data.startTicks) living.push(record.data);
  }
  return living;
}

/** Null when there is no such process, or only its remains. */
async function startTicksOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name, in parentheses, may contain anything; fields are counted from behind it (proc(5): state is 3, starttime 22).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === undefined || fields[0] === "" || fields[0] === "Z") return null;
  return fields[19] ?? null;
}

async function readBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
