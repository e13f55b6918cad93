import { execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";

/** The first command of the README, as a user runs it, in a state directory of its own. */
const BERTH = join(import.meta.dirname, "../berth");
const LIMIT_MS = 25 * 60_000;
const run = promisify(execFile);
const dirs: string[] = [];

interface Ending {
  readonly event: "end";
  readonly ok: boolean;
  readonly steps: readonly { of: string; step: string; tookMs: number }[];
  readonly leftovers: readonly string[];
  readonly error: string | null;
}

afterEach(async () => {
  for (const dir of dirs.splice(0)) {
    // Whatever the demo did not end by itself.
    for (const state of [dir, `${dir}-simulated`]) {
      const env = environmentOf(state);
      await run(BERTH, ["lab", "down"], { env }).catch(() => {});
      await run(BERTH, ["down"], { env }).catch(() => {});
      await rm(state, { recursive: true, force: true });
    }
  }
});

const whyNoQemu = noQemu();

describe("./berth demo --once --json", () => {
  it("CAP B6 makes a service on the simulated lab, and leaves nothing behind", async () => {
    const ending = await demo(["--simulated"]);
    expect(ending).toMatchObject({ ok: true, leftovers: [], error: null });
    expect(ending.steps.map((step) => step.step)).toContain("wait-for-ssh");
  });

  it("stays up without --once until Ctrl-C, and takes all down then", async () => {
    const ending = await demo(["--simulated"], { untilCtrlC: true });
    expect(ending).toMatchObject({ ok: true, leftovers: [], error: null });
  });

  // Its name then says why.
  it.skipIf(whyNoQemu !== null)(
    `CAP D1 G1 makes a service on a QEMU blade and two virtual machines, and leaves nothing behind${whyNoQemu ?? ""}`,
    async () => {
      const ending = await demo(["--yes", "--lab-name", `demo-${process.pid}`]);
      expect(ending).toMatchObject({ ok: true, leftovers: [], error: null });
      expect(ending.steps.map((step) => step.step)).toEqual(
        expect.arrayContaining(["install", "wipe-disk", "place-image"]),
      );
    },
    LIMIT_MS,
  );
});

async function demo(args: readonly string[], { untilCtrlC = false } = {}): Promise<Ending> {
  const dir = await mkdtemp(join(tmpdir(), "berth-demo-"));
  dirs.push(dir);
  const child = spawn(BERTH, ["demo", ...(untilCtrlC ? [] : ["--once"]), "--json", ...args], {
    env: environmentOf(dir),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let hasEnough = false;
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (!untilCtrlC || hasEnough || !output.includes("The API is described at")) return;
    hasEnough = true;
    child.kill("SIGINT");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4_000);
  });
  await new Promise((resolve) => child.once("close", resolve));
  const last = output.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith('{"event":"end"')) throw new Error(`the demo ended without its last line: ${last}\n${errors}`);
  return JSON.parse(last) as Ending;
}

/** Any free port, so that a Berth that runs on this computer is left alone. */
function environmentOf(dir: string): NodeJS.ProcessEnv {
  return { ...process.env, BERTH_STATE_DIR: dir, BERTH_LISTEN: "127.0.0.1:0" };
}

/** Why this computer can't run the QEMU lab, in words; null where it can. */
function noQemu(): string | null {
  if (process.getuid?.() !== 0) return " (skipped: the lab's network namespaces need root)";
  const isThere = (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "qemu-system-x86_64"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return isThere ? null : " (skipped: qemu-system-x86_64 is not installed)";
}
