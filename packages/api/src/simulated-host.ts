import { z } from "zod";
import { MacAddress } from "./common.ts";

/**
 * What a simulated hypervisor speaks: JSON over HTTP on a UNIX socket of the lab, many hosts behind one.
 *
 * GET /hosts/H → SimHostFacts · GET /hosts/H/events → SimVmEvent, one a line, for as long as somebody listens
 * GET /hosts/H/vms → SimVmInfo[] · PUT, DELETE /hosts/H/vms/V (SimVmSpec)
 * GET /hosts/H/vms/V/power → SimPower · POST SimPowerOrder
 * GET /hosts/H/pools/P → SimCapacity · GET /hosts/H/pools/P/volumes → SimVolumeInfo[]
 * GET /hosts/H/vms/V/serial with `Upgrade: berth-serial` → 101 and then the bytes of its serial line
 * PUT, DELETE /hosts/H/pools/P/volumes/N (SimVolumeSpec)
 * PUT /hosts/H/pools/P/volumes/N/content — its raw bytes, their number in `x-berth-size`, after `100 Continue`
 *
 * All are goals. What is refused is answered with SimHostProblem.
 */

export const SIM_SERIAL_PROTOCOL = "berth-serial";

const Count = z.int().min(0);
const Positive = z.int().min(1);
/** Of VMs, pools and volumes: never a path, an option or markup. */
export const SimName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, "letters, digits, dots and hyphens");
const Format = z.enum(["raw", "qcow2"]);
const Metadata = z.strictObject({ serverId: z.string().max(100), token: z.string().max(100) });

export const SIM_FAILURE_STATUS = { not_found: 404, unreachable: 503, denied: 403, busy: 409, rejected: 422 } as const;
export type SimFailure = keyof typeof SIM_FAILURE_STATUS;

export const SimHostProblem = z.object({
  failure: z.enum(["not_found", "unreachable", "denied", "busy", "rejected"]),
  message: z.string().max(1_000),
});

export const SimVmSpec = z.strictObject({
  uuid: z.uuid(),
  serial: z
    .string()
    .regex(/^[A-Za-z0-9 ._-]{1,64}$/, "a serial number")
    .nullable(),
  cores: Positive.max(4_096),
  memoryMiB: Positive,
  firmware: z.enum(["bios", "uefi"]),
  disks: z
    .array(
      z.strictObject({
        volume: z.strictObject({ pool: SimName, name: SimName }),
        format: Format,
        readOnly: z.boolean(),
      }),
    )
    .max(64),
  nics: z
    .array(
      z.strictObject({ mac: MacAddress, bridge: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, "a bridge") }),
    )
    .max(32),
  metadata: Metadata,
});
export type SimVmSpec = z.output<typeof SimVmSpec>;

export const SimPower = z.object({ power: z.enum(["on", "off"]) });
export const SimPowerOrder = z.strictObject({ action: z.enum(["on", "off", "shut-down", "reset"]) });
export type SimPowerAction = z.output<typeof SimPowerOrder>["action"];

export const SimVmInfo = z.object({
  name: z.string(),
  uuid: z.string(),
  power: z.enum(["on", "off"]),
  cores: Count,
  memoryMiB: Count,
  macs: z.array(z.string()),
  metadata: Metadata.nullable(),
});
export type SimVmInfo = z.output<typeof SimVmInfo>;

export const SimVolumeSpec = z.strictObject({
  format: Format,
  capacityBytes: Positive.max(2 ** 52),
  base: z.strictObject({ name: SimName, format: Format }).nullable(),
});
export type SimVolumeSpec = z.output<typeof SimVolumeSpec>;

export const SimVolumeInfo = z.object({
  ...SimVolumeSpec.shape,
  pool: z.string(),
  name: z.string(),
  allocatedBytes: Count,
  path: z.string(),
});
export type SimVolumeInfo = z.output<typeof SimVolumeInfo>;

export const SimCapacity = z.object({ totalBytes: Count, freeBytes: Count });

export const SimHostFacts = z.object({
  hypervisor: z.string(),
  version: z.string(),
  cores: Count,
  memoryMiB: Count,
  technique: z.string(),
  storagePools: z.array(z.object({ name: z.string(), totalBytes: Count, freeBytes: Count })),
});
export type SimHostFacts = z.output<typeof SimHostFacts>;

export const SimVmEvent = z.object({
  vm: z.string(),
  kind: z.enum(["defined", "undefined", "started", "stopped", "crashed", "other"]),
});
export type SimVmEvent = z.output<typeof SimVmEvent>;
