import { parseArgs } from "node:util";
import { z } from "zod";
import { SimulatedLabOptions } from "./simulated/lab-plan.ts";
import { BladeSpec, DEFAULT_NAME, HostSpec, LabSpec } from "./spec.ts";

export const USAGE = `usage: node packages/lab/src/main.ts --state-dir DIR --mode qemu|simulated [--detach] [--name NAME]
  qemu:      --cache-dir DIR [--owner-uid N --owner-gid N] [--accelerator auto|tcg] [--blades bios,uefi] [--hosts N]
  simulated: [--blades N] [--hosts N] [--speed instant|fast|real]
  both:      [--blade-cores N] [--blade-memory-mib N] [--blade-disk-gib N] [--host-cores N] [--host-memory-mib N] [--host-storage-gib N]
`;

export type LabOptions = { detach: boolean } & (
  | { mode: "qemu"; spec: LabSpec }
  | { mode: "simulated"; spec: SimulatedLabOptions }
);

const text = { type: "string" } as const;
const FLAGS = {
  "state-dir": text,
  "cache-dir": text,
  "owner-uid": text,
  "owner-gid": text,
  name: text,
  mode: text,
  accelerator: text,
  speed: text,
  blades: text,
  hosts: text,
  "blade-cores": text,
  "blade-memory-mib": text,
  "blade-disk-gib": text,
  "host-cores": text,
  "host-memory-mib": text,
  "host-storage-gib": text,
} as const;
type Flags = { [K in keyof typeof FLAGS]?: string | undefined };

/** @throws ZodError, or TypeError of `parseArgs`, for what is wrong in the arguments. */
export function readOptions(argv: readonly string[]): LabOptions {
  const { values } = parseArgs({ args: [...argv], options: { ...FLAGS, detach: { type: "boolean" } } });
  const { detach = false, ...flags } = values;
  const mode = z.enum(["qemu", "simulated"]).parse(flags.mode);
  return mode === "qemu" ? { mode, detach, spec: qemuSpec(flags) } : { mode, detach, spec: simulatedSpec(flags) };
}

function qemuSpec(flags: Flags): LabSpec {
  const blade = {
    ...number("cores", flags["blade-cores"]),
    ...number("memoryMiB", flags["blade-memory-mib"]),
    ...number("diskGiB", flags["blade-disk-gib"]),
  };
  const host = {
    ...number("cores", flags["host-cores"]),
    ...number("memoryMiB", flags["host-memory-mib"]),
    ...number("storageGiB", flags["host-storage-gib"]),
  };
  const firmware = z.array(z.enum(["bios", "uefi"])).parse(list(flags.blades ?? "bios,uefi"));
  const hosts = z
    .int()
    .min(0)
    .max(8)
    .parse(Number(flags.hosts ?? 2));
  return LabSpec.parse({
    name: flags.name ?? DEFAULT_NAME,
    stateDir: flags["state-dir"],
    cacheDir: flags["cache-dir"],
    owner: {
      uid: Number(flags["owner-uid"] ?? process.getuid?.()),
      gid: Number(flags["owner-gid"] ?? process.getgid?.()),
    },
    accelerator: flags.accelerator,
    blades: firmware.map((kind) => BladeSpec.parse({ firmware: kind, ...blade })),
    hosts: Array.from({ length: hosts }, () => HostSpec.parse(host)),
  });
}

function simulatedSpec(flags: Flags): SimulatedLabOptions {
  return SimulatedLabOptions.parse({
    stateDir: flags["state-dir"],
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.speed === undefined ? {} : { speed: flags.speed }),
    ...number("blades", flags.blades),
    ...number("bladeCores", flags["blade-cores"]),
    ...number("bladeMemoryMiB", flags["blade-memory-mib"]),
    ...number("bladeDiskGiB", flags["blade-disk-gib"]),
    ...number("hosts", flags.hosts),
    ...number("hostCores", flags["host-cores"]),
    ...number("hostMemoryMiB", flags["host-memory-mib"]),
    ...number("hostStorageGiB", flags["host-storage-gib"]),
  });
}

/** Nothing where it was not given, so that the schema's default stands. */
function number<K extends string>(key: K, value: string | undefined): { [P in K]?: number } {
  // The cast is safe: the object has that key or none.
  return value === undefined ? {} : ({ [key]: Number(value) } as { [P in K]?: number });
}

const list = (value: string) => value.split(",").filter((item) => item !== "");
