import { type LabStatus, LabTruth } from "@berth/api/lab.ts";
import { type Command, InvalidArgumentError } from "commander";
import { openClient } from "../commands/connection.ts";
import { registerLab } from "../demo/register-lab.ts";
import { config } from "../launch/config.ts";
import { Failure, guarded, say } from "../launch/failure.ts";
import { startLab, stopLab } from "../launch/lab.ts";
import { askLab, clearLabFaults, labFault, labStatus } from "../launch/lab-client.ts";

export function register(program: Command): void {
  const lab = program
    .command("lab")
    .description("a data centre on this computer: blades behind management controllers, hypervisor hosts, networks");
  registerUp(lab);
  lab
    .command("down")
    .description("end the lab and all that runs in it; nothing of it stays")
    .addHelpText("after", "\nExample:\n  berth lab down")
    .action(guarded(down));
  lab
    .command("status")
    .description("say what runs in the lab")
    .option("--json", "answer in JSON")
    .option("--truth", "say what is really there: disks, virtual machines, volumes, interfaces, reservations")
    .addHelpText("after", "\nExamples:\n  berth lab status\n  berth lab status --truth --json")
    .action(guarded(status));
  lab
    .command("fault")
    .argument("[target]", "a blade, an enclosure or a host")
    .argument("[kind]", "what is to go wrong; a wrong one is answered with those that there are")
    .description("make something go wrong, as it does in real data centres")
    .option("--count <n>", "how many times; 0 ends it", readCount, 1)
    .option("--clear", "end all that was made to go wrong")
    .option("--json", "answer in JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  berth lab fault enc1-bay1 never-boots\n  berth lab fault kvm1 host-disk-full\n  berth lab fault --clear",
    )
    .action(guarded(fault));
}

/** Each is a flag of the lab's own program too, which checks it. */
const SPEC_FLAGS = [
  ["blades", "of a QEMU lab their firmware, such as bios,uefi; of a simulated lab how many"],
  ["hosts", "how many hypervisor hosts"],
  ["blade-cores", "of each blade"],
  ["blade-memory-mib", "of each blade"],
  ["blade-disk-gib", "of each blade"],
  ["host-cores", "that may be planned with on each host"],
  ["host-memory-mib", "that may be planned with on each host"],
  ["host-storage-gib", "of each host"],
  ["name", "of the lab; a second one on this computer needs another"],
  ["speed", "of a simulated lab: instant, fast or real"],
  ["accelerator", "of a QEMU lab: auto or tcg"],
] as const;

function registerUp(lab: Command): void {
  const up = lab
    .command("up")
    .description("make the lab, start it, and tell Berth of it")
    .option("--simulated", "machines and hosts that only exist on the wire: neither root nor QEMU is needed")
    .option("--no-register", "do not tell Berth of it")
    .option("--json", "answer in JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  berth lab up\n  berth lab up --blades bios,bios,uefi --hosts 1\n  berth lab up --simulated",
    );
  for (const [flag, text] of SPEC_FLAGS) up.option(`--${flag} <value>`, text);
  up.action(guarded(start));
}

interface UpOptions {
  readonly simulated?: boolean;
  readonly register: boolean;
  readonly json?: boolean;
  readonly [flag: string]: unknown;
}

async function start(options: UpOptions): Promise<void> {
  const spec = Object.fromEntries(
    SPEC_FLAGS.flatMap(([flag]) => {
      const value = options[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
      return typeof value === "string" ? [[flag, value] as const] : [];
    }),
  );
  const description = await startLab({
    stateDir: config.stateDir,
    cacheDir: config.cacheDir,
    mode: options.simulated ? "simulated" : "qemu",
    spec,
    onProgress: say,
  });
  if (options.register) await registerLab(await openClient(), description, say);
  const blades = description.enclosures.flatMap((enclosure) => enclosure.blades.map((blade) => blade.name));
  const hosts = description.hosts.map((host) => host.name);
  if (options.json) {
    console.log(
      JSON.stringify({ name: description.name, mode: description.mode, blades, hosts, registered: options.register }),
    );
    return;
  }
  console.log(`The lab ${description.name} is up: ${count(blades, "blade")}, ${count(hosts, "host")}.`);
}

async function down(): Promise<void> {
  say((await stopLab(config.stateDir)) ? "the lab is gone" : "no lab was running");
}

async function status(options: { json?: boolean; truth?: boolean }): Promise<void> {
  const lab = await labStatus(config.stateDir);
  if (lab === null) {
    process.exitCode = 1;
    console.log(options.json ? "null" : "No lab is running; start one with: berth lab up");
    return;
  }
  if (options.truth) {
    const truth = await askLab(config.stateDir, "/truth", LabTruth);
    console.log(JSON.stringify(truth, null, options.json ? 0 : 2));
    return;
  }
  if (options.json) console.log(JSON.stringify(lab));
  else printStatus(lab);
}

function printStatus(lab: LabStatus): void {
  console.log(`lab         ${lab.mode}, ${lab.state}: ${lab.step}`);
  console.log(`machines    run on ${lab.accelerator}`);
  const on = lab.blades.filter((blade) => blade.power === "on").map((blade) => blade.name);
  console.log(`blades      ${lab.blades.length}, on: ${on.length === 0 ? "none" : on.slice(0, MAX_NAMES).join(", ")}`);
  for (const host of lab.hosts.slice(0, MAX_NAMES)) console.log(`host        ${host.name} ${host.state}`);
  const memoryMiB = lab.processes.reduce((sum, { memoryKiB }) => sum + memoryKiB, 0) / 1024;
  console.log(`processes   ${lab.processes.length}, ${Math.round(memoryMiB)} MiB`);
  for (const [name, times] of Object.entries(lab.faults)) console.log(`fault       ${name}: ${times}`);
}

async function fault(
  target: string | undefined,
  kind: string | undefined,
  options: { count: number; clear?: boolean; json?: boolean },
): Promise<void> {
  if ((await labStatus(config.stateDir)) === null)
    throw new Failure("no lab is running", { hints: ["Start one: berth lab up"] });
  if (!options.clear && (target === undefined || kind === undefined))
    throw new Failure("say which target and what is to go wrong, or --clear", { exitCode: 2 });
  const pending = options.clear
    ? await clearLabFaults(config.stateDir)
    : await labFault(config.stateDir, { target: target ?? "", kind: kind ?? "", count: options.count });
  if (options.json) console.log(JSON.stringify(pending));
  else
    console.log(
      Object.entries(pending)
        .map(([name, times]) => `${name}: ${times}`)
        .join("\n") || "nothing is to go wrong",
    );
}

const MAX_NAMES = 8;

function count(names: readonly string[], what: string): string {
  return `${names.length} ${what}${names.length === 1 ? "" : "s"}`;
}

function readCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a number from 0 on");
  return value;
}
