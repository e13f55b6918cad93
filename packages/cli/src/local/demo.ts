import type { Command } from "commander";
import { close, play, prepare, type Stage, stay, takeDown } from "../demo/story.ts";
import { createShell, humanReport, jsonReport, type StepDuration } from "../demo/report.ts";
import { readTruth } from "../demo/lab-truth.ts";
import { config } from "../launch/config.ts";
import { guarded } from "../launch/failure.ts";
import { inRoot } from "../launch/paths.ts";
import { setUp } from "../setup/set-up.ts";

interface Options {
  yes?: boolean;
  once?: boolean;
  json?: boolean;
  simulated?: boolean;
  labName?: string;
}

/** A demo on the simulated lab is an installation of its own: it never meets what the real lab left in the records. */
const SIMULATED = { stateDir: `${config.stateDir}-simulated`, listen: "127.0.0.1:7771" };

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
    if (!isSimulated) await setUp({ purposes: ["lab", "images"], yes: options.yes ?? false });
    await prepare(stage);
    await perform(stage, outcome, options.once ? null : enough.signal);
  } catch (cause) {
    outcome.error = cause instanceof Error ? cause.message : String(cause);
  }
  const ok = outcome.error === null && outcome.leftovers.length === 0;
  report.tell({ event: "end", ok, ...outcome, tookMs: Math.round(performance.now() - startedAt) });
  if (!ok) process.exitCode = 1;
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
    outcome.error = cause instanceof Error ? cause.message : String(cause);
  }
  const back = await takeDown(stage, before);
  outcome.steps.push(...back.steps);
  outcome.leftovers.push(...back.leftovers);
  await close(stage);
}
