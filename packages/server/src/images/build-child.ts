import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { AppError } from "../kernel/errors.ts";

const PROGRAM = fileURLToPath(new URL("../../../service-os/src/main.ts", import.meta.url));
const KILL_AFTER_MS = 5_000;

const News = z.discriminatedUnion("event", [
  z.object({ event: z.literal("progress"), line: z.string() }),
  z.object({ event: z.literal("done"), result: z.unknown() }),
  z.object({ event: z.literal("failed"), reason: z.string() }),
]);

export const BuiltDisk = z.object({
  dir: z.string(),
  os: z.string(),
  firmware: z.array(z.enum(["bios", "uefi"])),
  rawBytes: z.number().int(),
  rawSha256: z.string(),
  streamBytes: z.number().int(),
  rawFile: z.string(),
  streamFile: z.string(),
});
export const BuiltServiceOs = z.object({ dir: z.string(), kernel: z.string(), initrd: z.string() });

interface Build<T> {
  readonly recipe: "debian-12" | "stand-in" | "service-os";
  readonly cacheDir: string;
  readonly mirror?: string;
  readonly schema: z.ZodType<T>;
}

interface BuildCall {
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

// One at a time: fifty who ask for the same find it in the cache when the first is done, instead of building it fifty times.
let turn: Promise<unknown> = Promise.resolve();

/**
 * Builds something in a process of its own, which is ended with all that it started when the signal comes.
 * @throws AppError `unavailable` with the builder's own words.
 */
export async function buildInChild<T>(build: Build<T>, call: BuildCall): Promise<T> {
  const mine = turn.then(() => runChild(build, call));
  turn = mine.catch(() => undefined);
  return mine;
}

async function runChild<T>(build: Build<T>, call: BuildCall): Promise<T> {
  call.signal.throwIfAborted();
  const mirror = build.mirror === undefined ? [] : ["--mirror", build.mirror];
  const argv = [PROGRAM, build.recipe, "--cache", build.cacheDir, ...mirror];
  // A group of its own, so that apt and dpkg end with it.
  const child = spawn(process.execPath, argv, { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const end = (signal: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Gone in this very moment.
    }
  };
  const stop = () => {
    end("SIGTERM");
    setTimeout(() => end("SIGKILL"), KILL_AFTER_MS).unref();
  };
  call.signal.addEventListener("abort", stop, { once: true });
  const closed = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  closed.catch(() => {});
  const outcome = { result: null as unknown, reason: "it ended without a word" };
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const news = News.safeParse(parse(line));
      if (!news.success) continue;
      if (news.data.event === "progress") call.onLine(news.data.line);
      else if (news.data.event === "done") outcome.result = news.data.result;
      else outcome.reason = news.data.reason;
    }
    await closed;
  } finally {
    call.signal.removeEventListener("abort", stop);
  }
  call.signal.throwIfAborted();
  if (outcome.result === null)
    throw new AppError("unavailable", `building ${build.recipe} failed: ${outcome.reason.slice(0, 3000)}`);
  return build.schema.parse(outcome.result);
}

/** What a line of the builder says of how far it is; null for lines that say nothing of that. */
export function percentOfLine(line: string): number | null {
  return MARKS.find(([mark]) => line.includes(mark))?.[1] ?? null;
}

const MARKS: readonly (readonly [string, number])[] = [
  ["running apt-get update", 3],
  ["downloading packages", 6],
  ["extracting archives", 10],
  ["installing essential packages", 25],
  ["installing remaining packages", 35],
  ["running --customize-hook", 65],
  ["creating tarball", 70],
  ["making the root file system", 75],
  ["making the boot partition", 85],
  ["putting the disk together", 88],
  ["compressing and hashing", 92],
];

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
