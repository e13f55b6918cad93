import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Progress, runDetached, tellParent } from "./detach.ts";
import { holdLab } from "./lab-lock.ts";
import { type LabOptions, readOptions, USAGE } from "./options.ts";
import { labPaths } from "./plan.ts";

/**
 * `labd`: makes a lab and keeps it until it is told to end. With `--detach` it goes on in the background, and progress
 * comes as one JSON object a line until the lab is up. Exit codes: 0, 1 it could not be made, 2 wrong use.
 */
interface RunningLab {
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

async function main(argv: readonly string[]): Promise<number> {
  const options = parse(argv);
  if (options === null) return 2;
  const why = whyNot(options);
  if (why !== null) return refuse(why);
  if (options.detach) {
    const log = labPaths(options.spec.stateDir, options.spec.name ?? "").log;
    const isUp = await runDetached(
      fileURLToPath(import.meta.url),
      argv.filter((word) => word !== "--detach"),
      log,
      printLine,
    );
    return isUp ? 0 : 1;
  }
  return await serve(options);
}

async function serve(options: LabOptions): Promise<number> {
  const { stateDir, name } = options.spec;
  // A simulated lab touches nothing but its folder, so that is what may be held once.
  const held = options.mode === "qemu" ? (name ?? "") : stateDir;
  if (!(await holdLab(held))) return refuse(`a lab is already running there: ${held}`);
  try {
    const lab = await start(options);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void lab.down());
    tell({ up: true });
    if (process.connected) process.disconnect();
    await lab.ended;
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

async function start(options: LabOptions): Promise<RunningLab> {
  switch (options.mode) {
    case "qemu": {
      const { runQemuLab } = await import("./qemu-lab.ts");
      return await runQemuLab(options.spec, (step) => tell({ step }));
    }
    case "simulated": {
      const { runSimulatedLab } = await import("./simulated/lab.ts");
      tell({ step: "starting simulated machines" });
      return await runSimulatedLab(options.spec);
    }
  }
}

function parse(argv: readonly string[]): LabOptions | null {
  try {
    return readOptions(argv);
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : "wrong use";
    process.stderr.write(`${reason}\n${USAGE}`);
    return null;
  }
}

function whyNot({ mode }: LabOptions): string | null {
  if (mode === "qemu" && process.getuid?.() !== 0)
    return "a QEMU lab needs root: it makes network namespaces, mounts and taps";
  return null;
}

function refuse(reason: string): number {
  tell({ failed: reason });
  return 1;
}

function tell(progress: Progress): void {
  tellParent(progress);
  // Where somebody follows us, standard output is the log.
  printLine(progress);
}

function printLine(progress: Progress): void {
  process.stdout.write(`${JSON.stringify(progress)}\n`);
}

process.exit(await main(process.argv.slice(2)));
