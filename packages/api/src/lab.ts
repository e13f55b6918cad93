import { z } from "zod";
import { Cidr, MacAddress, Name } from "./common.ts";

/**
 * A lab's description (`lab.json`, `GET /lab`) and what else its control socket speaks: JSON over HTTP on
 * `$BERTH_STATE_DIR/lab/labd.sock`. Both kinds of lab answer the same.
 *
 * GET /lab → LabDescription, 503 while it starts · GET /status → LabStatus · GET /truth → LabTruth
 * POST /fault LabFaultRequest → LabFaults · DELETE /fault → LabFaults · POST /down → {ok}, then the lab ends
 */

const Ipv4 = z.ipv4();
const AbsolutePath = z
  .string()
  .max(4_096)
  .regex(/^\/[^\0\n\r]*$/, "an absolute path");

export const LabRange = z.object({ kind: z.enum(["automatic", "discovery"]), start: Ipv4, end: Ipv4 });

export const LabNetwork = z.object({
  name: Name,
  cidr: Cidr,
  gateway: Ipv4.nullable(),
  dns: z.array(Ipv4),
  bridge: z.string(),
  vlan: z.int().nullable(),
  /** Machines boot from the network here; the edge has the address `edgeAddress` in it. */
  pxe: z.boolean(),
  edgeAddress: Ipv4.nullable(),
  ranges: z.array(LabRange),
});

export const LabBlade = z.object({
  bay: z.int().min(1),
  name: Name,
  provider: z.literal("redfish"),
  endpoint: z.url({ protocol: /^https?$/ }),
  systemId: z.string(),
  username: z.string(),
  password: z.string(),
  /** Of the BMC's certificate in DER, 64 hexadecimal digits; null where it speaks plain HTTP. */
  certificateSha256: z.string().nullable(),
  firmware: z.enum(["bios", "uefi"]),
  nics: z.array(z.object({ id: z.string(), mac: MacAddress, network: Name })),
});

export const LabEnclosure = z.object({
  name: Name,
  model: z.string(),
  bays: z.int().min(1),
  blades: z.array(LabBlade),
});

export const LabHost = z.object({
  name: Name,
  provider: z.enum(["libvirt", "memory"]),
  /** As the provider wants them. */
  settings: z.record(z.string(), z.unknown()),
  storagePool: z.string(),
  /** Network to bridge on that host. */
  bridges: z.record(z.string(), z.string()),
});

export const LabDescription = z.object({
  mode: z.enum(["qemu", "simulated"]),
  state: z.literal("up"),
  name: z.string(),
  site: z.object({ name: Name, edgeSocket: AbsolutePath }),
  networks: z.array(LabNetwork),
  enclosures: z.array(LabEnclosure),
  hosts: z.array(LabHost),
});
export type LabDescription = z.output<typeof LabDescription>;

export const LabStatus = z.object({
  mode: z.enum(["qemu", "simulated"]),
  state: z.enum(["starting", "up", "stopping", "failed"]),
  /** What it does now, or why it failed, in words. */
  step: z.string(),
  accelerator: z.string(),
  blades: z.array(z.object({ name: z.string(), power: z.enum(["on", "off"]), pid: z.int().nullable() })),
  hosts: z.array(z.object({ name: z.string(), state: z.enum(["running", "stopped"]), pid: z.int().nullable() })),
  processes: z.array(z.object({ pid: z.int(), name: z.string(), memoryKiB: z.int() })),
  faults: z.record(z.string(), z.number()),
});
export type LabStatus = z.output<typeof LabStatus>;

/** What is really there, read from processes, files and interfaces, never from anyone's records. */
export const LabTruth = z.object({
  blades: z.array(
    z.object({
      name: z.string(),
      power: z.enum(["on", "off"]),
      /** `blank`: the first MiB is zeros; `partitioned`: an MBR or GPT is there. */
      disk: z.enum(["blank", "partitioned", "other"]),
      diskAllocatedBytes: z.number(),
    }),
  ),
  hosts: z.array(
    z.object({
      name: z.string(),
      domains: z.array(z.object({ name: z.string(), state: z.enum(["running", "off"]) })),
      volumes: z.array(z.object({ name: z.string(), sizeBytes: z.number() })),
    }),
  ),
  /** Interfaces that are neither the lab's own fittings nor loopback: taps of guests. */
  guestInterfaces: z.array(z.string()),
  dhcpHosts: z.array(z.object({ mac: z.string(), ip: z.string(), hostname: z.string() })),
});
export type LabTruth = z.output<typeof LabTruth>;

/**
 * `target` is a blade's, host's or enclosure's name. Kinds: the Redfish service's (`timeout-after-act`, `503`,
 * `drop-session`, `reset-ignored`, `slow`, …), the hardware's (`never-boots`, `ignore-power`, `power-off-itself`),
 * `bmc-silent` of a blade, `libvirtd-restart` and `host-disk-full` of a host. A count of 0 ends it.
 */
export const LabFaultRequest = z.strictObject({
  target: z.string().min(1).max(63),
  kind: z.string().regex(/^[a-z0-9-]{1,40}$/, "the name of a fault"),
  count: z.int().min(0).max(1_000_000).default(1),
});
export type LabFaultRequest = z.output<typeof LabFaultRequest>;

/** `target/kind` to how many are still to come. */
export const LabFaults = z.record(z.string(), z.number());
export type LabFaults = z.output<typeof LabFaults>;

export const LabProblem = z.object({ error: z.string() });
