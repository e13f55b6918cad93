import { parseArgs } from "node:util";
import { z } from "zod";
import { runSimulatedLab } from "./lab.ts";
import { SimulatedLabOptions } from "./lab-plan.ts";

const USAGE = `usage: node packages/lab/src/simulated/main.ts --state-dir DIR [--name NAME] [--blades N] [--hosts N]
  [--blade-cores N] [--blade-memory-mib N] [--blade-disk-gib N] [--host-cores N] [--host-memory-mib N]
  [--host-storage-gib N] [--speed instant|fast|real]
`;

const NUMBERS = [
  "blades",
  "hosts",
  "blade-cores",
  "blade-memory-mib",
  "blade-disk-gib",
  "host-cores",
  "host-memory-mib",
  "host-storage-gib",
] as const;

function readOptions(argv: readonly string[]): SimulatedLabOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...{ mode: text, "state-dir": text, name: text, speed: text },
      ...Object.fromEntries(NUMBERS.map((name) => [name, text])),
    },
  });
  const { mode: _mode, ...given } = values;
  const camel = (name: string) =>
    name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace(/(Mi|Gi)b$/, "$1B");
  const numbers = new Set<string>(NUMBERS);
  const entries = Object.entries(given).map(([name, value]) => [
    camel(name),
    numbers.has(name) ? Number(value) : value,
  ]);
  return SimulatedLabOptions.parse(Object.fromEntries(entries));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  const startedAt = performance.now();
  const lab = await runSimulatedLab(readOptions(process.argv.slice(2)));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void lab.down());
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  say(`The simulated lab is up after ${seconds} s: ${lab.blades.size} blades, ${lab.hosts.size} hosts.`);
  await lab.ended;
  process.exit(0);
} catch (error) {
  say(
    error instanceof z.ZodError
      ? `${z.prettifyError(error)}\n${USAGE}`
      : `The simulated lab could not start: ${String(error)}`,
  );
  process.exit(2);
}
