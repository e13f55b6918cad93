import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createShell } from "../../packages/cli/src/demo/report.ts";
import { prepare, type Stage } from "../../packages/cli/src/demo/story.ts";
import { guestSeconds, type Times } from "./times.ts";

const ROOT = join(import.meta.dirname, "../..");
const LISTEN = "127.0.0.1:7779";
const LAB = "berth-bench";
const DAY_MS = 24 * 3_600_000;

const Request = z.object({ id: z.string(), operationId: z.string() });
const Shown = z.object({
  state: z.string(),
  error: z.string().nullable(),
  endedAt: z.string().nullable(),
  operations: z.array(z.object({ id: z.string(), parentId: z.string().nullable() })),
  steps: z.array(
    z.object({ operationId: z.string(), name: z.string(), startedAt: z.string(), endedAt: z.string().nullable() }),
  ),
});

export interface BerthSide {
  /** Deploys the service, measures that, and takes it down again. */
  deploy(): Promise<Times>;
  close(): Promise<void>;
}

/** A Berth and a QEMU lab of the benchmark's own, driven by its command line as a user would. */
export async function openBerthSide(interrupted: AbortSignal, say: (line: string) => void): Promise<BerthSide> {
  const stateDir = await mkdtemp(join(tmpdir(), "berth-bench-"));
  const environment = { ...process.env, BERTH_STATE_DIR: stateDir, BERTH_LISTEN: LISTEN };
  const report = { tell: () => {} };
  const shell = createShell({ launcher: join(ROOT, "berth"), cwd: ROOT, environment, report, show: false });
  const stage: Stage = { shell, report, stateDir, isSimulated: false, labName: LAB };

  const close = async () => {
    await shell.berth(["lab", "down"], { allow: [0, 1] });
    await shell.berth(["down"], { allow: [0, 1] });
    await rm(stateDir, { recursive: true, force: true });
  };

  const deploy = async (): Promise<Times> => {
    const endsAt = new Date(Date.now() + DAY_MS).toISOString().replace(/\.\d+Z$/, "Z");
    const completion = `b${randomBytes(2).toString("hex")}`;
    const wish = ["--service", "bench", "--completion", completion, "--email", "ops@example.org", "--ends-at", endsAt];
    const startedAt = Date.now();
    const created = await shell.berth(["request", "create", "two-tier", ...wish, "--pools", "default", "--json"]);
    const { operationId } = Request.parse(JSON.parse(created.stdout));
    await shell.berth(["approve", "bench"]);
    await shell.berth(["watch", operationId], { allow: [0, 1] });
    const shown = await shell.berth(["operation", "show", operationId, "--json"]);
    const operation = Shown.parse(JSON.parse(shown.stdout));
    if (operation.state !== "done" || operation.endedAt === null)
      throw new Error(`Berth did not deploy it: ${operation.state}, ${operation.error}`);
    for (const line of slowest(operation.steps)) say(line);
    await retire();
    const total = (Date.parse(operation.endedAt) - startedAt) / 1000;
    const guests = guestSeconds(operation);
    return { total, guests, own: total - guests };
  };

  const retire = async () => {
    const asked = await shell.berth(["service", "delete", "bench", "--json", "--no-wait"]);
    const { operationId } = z.object({ operationId: z.string() }).parse(JSON.parse(asked.stdout));
    await shell.berth(["watch", operationId]);
  };

  try {
    await orInterrupted(prepare(stage), interrupted);
  } catch (error) {
    await close();
    throw error;
  }
  return { deploy: () => orInterrupted(deploy(), interrupted), close };
}

/** Whoever is interrupted still takes down what was started. */
function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new Error("interrupted"));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", stop));
}

function slowest(steps: z.output<typeof Shown>["steps"]): string[] {
  return steps
    .map((step) => ({ name: step.name, ms: Date.parse(step.endedAt ?? step.startedAt) - Date.parse(step.startedAt) }))
    .filter(({ name, ms }) => ms >= 500 && !name.startsWith("children") && !name.startsWith("approval"))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 12)
    .map(({ name, ms }) => `      ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
}
