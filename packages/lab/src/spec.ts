import { z } from "zod";

export const BladeSpec = z.strictObject({
  firmware: z.enum(["bios", "uefi"]),
  cores: z.int().min(1).max(64).default(2),
  memoryMiB: z.int().min(128).default(1_536),
  diskGiB: z.int().min(1).max(2_000).default(8),
  /** Where it boots from unless its BMC is told otherwise. */
  bootOrder: z
    .array(z.enum(["disk", "network"]))
    .min(1)
    .default(["disk", "network"]),
});
export type BladeSpec = z.output<typeof BladeSpec>;

export const HostSpec = z.strictObject({
  /** What Berth may plan with there; this computer is smaller or larger than that. */
  cores: z.int().min(1).default(8),
  memoryMiB: z.int().min(64).default(8_192),
  storageGiB: z.int().min(1).max(4_000).default(40),
});
export type HostSpec = z.output<typeof HostSpec>;

/** All that a QEMU lab is made from; written by the caller, read by labd. */
export const LabSpec = z.strictObject({
  /** Of the network namespace too; a second lab on this computer needs another. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens, at most 31"),
  stateDir: z.string().startsWith("/"),
  cacheDir: z.string().startsWith("/"),
  owner: z.strictObject({ uid: z.int().min(0), gid: z.int().min(0) }),
  accelerator: z.enum(["auto", "tcg"]).default("auto"),
  blades: z.array(BladeSpec).max(60),
  hosts: z.array(HostSpec).max(8),
});
export type LabSpec = z.output<typeof LabSpec>;

export const DEFAULT_NAME = "berth-lab";
