import type { Command } from "commander";
import { readTruth } from "../demo/lab-truth.ts";
import { createShell, humanReport, jsonReport, type StepDuration } from "../demo/report.ts";
import { close, play, prepare, type Stage, stay, takeDown } from "../demo/story.ts";
import { config } from "../launch/config.ts";
import { Failure, guarded } from "../launch/failure.ts";
import { inRoot } from "../launch/paths.ts";
import { capture } from "../launch/run.ts";
import { setUp } from "../setup/set-up.ts";

interface Options {
  yes?: boolean;
  once?: boolean;
  json?: boolean;
  simulated?: boolean;
  labName?: string;
}

/** A demo on the simulated lab is an installation of its own: it never meets what the real lab left in the records. */
const SIMULATED = {
  stateDir: `${config.stateDir}-simulated`,
  listen: config.environment.BERTH_LISTEN ?? "127.0.0.1:7771",
};

export function register(program: Command): void {
  program
    .command("demo")
    .description("the main job on this computer: from a request to a running service on a blade and two VMs, and back")
    .option("-y, --yes", "install what is missing without asking")
    .option("--once", "take the service down again and end")
    .option("--json", "one event a line; the last one has ok, durations and leftovers")
    .option("--lab-name <name>", "another name for the lab, where one is running on this computer already")
    .option("--simulated", "on the simulated lab: neither root nor QEMU is needed")
    .addHelpText("after", "\nExample:\n  berth demo --once")
    .action(guarded(demo));
}

async function demo(options: Options): Promise<void> {
  const startedAt = performance.now();
  const isSimulated = options.simulated ?? false;
  const isHuman = !(options.json ?? false);
  const write = (text: string) => void process.stdout.write(text);
  const report = isHuman ? humanReport(write, { color: process.stdout.isTTY === true }) : jsonReport(write);
  const enough = new AbortController();
  process.once("SIGINT", () => enough.abort());
  const stateDir = isSimulated ? SIMULATED.stateDir : config.stateDir;
  const environment = isSimulated
    ? { ...config.environment, BERTH_STATE_DIR: stateDir, BERTH_LISTEN: SIMULATED.listen }
    : config.environment;
  const shell = createShell({ launcher: inRoot("berth"), cwd: inRoot(), environment, report, show: isHuman });
  const stage: Stage = { shell, report, stateDir, isSimulated, labName: options.labName ?? null };
  const outcome: Outcome = { steps: [], leftovers: [], error: null };
  try {
    if (!isSimulated) await makeReady(options.yes ?? false);
    await prepare(stage);
    await perform(stage, outcome, options.once ? null : enough.signal);
  } catch (cause) {
    outcome.error = wordsOf(cause);
  }
  const ok = outcome.error === null && outcome.leftovers.length === 0;
  report.tell({ event: "end", ok, ...outcome, tookMs: Math.round(performance.now() - startedAt) });
  if (!ok) process.exitCode = 1;
}

const ELSE_SIMULATED = "Without root or QEMU, the same service runs on a simulated lab: berth demo --simulated";

/** Root (or sudo) for the lab's network namespace, and its Debian packages. */
async function makeReady(yes: boolean): Promise<void> {
  const mayBeRoot = process.getuid?.() === 0 || (await capture("sudo", ["--version"])).exitCode === 0;
  if (!mayBeRoot) throw new Failure("the QEMU lab needs root, and there is no sudo here", { hints: [ELSE_SIMULATED] });
  try {
    await setUp({ purposes: ["lab", "images"], yes });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.message, { hints: [...error.hints, ELSE_SIMULATED], exitCode: 1, cause: error });
  }
}

/** A failure of ours with what the user can do about it; anything else by its message. */
function wordsOf(error: unknown): string {
  if (error instanceof Failure) return [error.message, ...error.hints].join("\n");
  return error instanceof Error ? error.message : String(error);
}

interface Outcome {
  readonly steps: StepDuration[];
  readonly leftovers: string[];
  error: string | null;
}

/** Plays, stays for as long as the user likes, and takes all down again, also when something went wrong in between. */
async function perform(stage: Stage, outcome: Outcome, enough: AbortSignal | null): Promise<void> {
  const before = await readTruth(stage.stateDir);
  try {
    outcome.steps.push(...(await play(stage)));
    if (enough !== null) await stay(stage, enough);
  } catch (cause) {
    outcome.error = wordsOf(cause);
  }
  const back = await takeDown(stage, before);
  outcome.steps.push(...back.steps);
  outcome.leftovers.push(...back.leftovers);
  await close(stage);
}
