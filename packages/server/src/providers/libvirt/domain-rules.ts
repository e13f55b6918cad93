import { createHash } from "node:crypto";
import { ProviderError } from "../../kernel/errors.ts";
import type { VmSpec } from "../provider.ts";

/** libvirt and QEMU make paths and option lists out of names, so ours are plain. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;
const BRIDGE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SERIAL = /^[A-Za-z0-9._-]{1,64}$/;
const MAX_DISKS = 24;

export function checkName(kind: string, name: string): void {
  if (!PLAIN_NAME.test(name)) refuse(`a ${kind}'s name is letters, digits, dots, underscores and hyphens, at most 128`);
}

export function checkVm(spec: VmSpec): void {
  checkName("VM", spec.name);
  if (!UUID.test(spec.uuid)) refuse("a VM needs a UUID in lower case");
  if (spec.serial !== null && !SERIAL.test(spec.serial)) refuse("a serial number is 1 to 64 plain characters");
  if (!Number.isInteger(spec.cores) || spec.cores < 1) refuse("a VM needs at least one core");
  if (!Number.isInteger(spec.memoryMiB) || spec.memoryMiB < 1) refuse("a VM needs at least one MiB of memory");
  if (spec.disks.length > MAX_DISKS) refuse(`a VM has at most ${MAX_DISKS} disks`);
  for (const { volume } of spec.disks) {
    checkName("pool", volume.pool);
    checkName("volume", volume.name);
  }
  for (const { mac, bridge } of spec.nics) {
    if (!MAC.test(mac)) refuse("a NIC needs a MAC address like 52:54:00:12:34:56");
    if (!BRIDGE.test(bridge)) refuse("a bridge's name has 1 to 15 plain characters");
  }
}

function refuse(why: string): never {
  throw new ProviderError("rejected", why);
}

/** What a VM was made from, without the token: equal fingerprints need no change of a running VM. */
export function fingerprint(spec: VmSpec): string {
  const { metadata, ...rest } = spec;
  return createHash("sha256")
    .update(JSON.stringify({ ...rest, serverId: metadata.serverId }))
    .digest("hex");
}

export interface Found {
  readonly owner: { readonly serverId: string; readonly token: string; readonly fingerprint: string } | null;
  readonly uuid: string;
  readonly running: boolean;
}

type EnsurePlan = "nothing" | "define" | "stamp" | "replace" | "refuse-foreign" | "refuse-running";

/** What to do so that a VM that is there is as `spec` says. `stamp` writes the token only; `replace` gives it another UUID. */
export function planEnsure(spec: VmSpec, found: Found): EnsurePlan {
  if (found.owner === null || found.owner.serverId !== spec.metadata.serverId) return "refuse-foreign";
  const same = found.owner.fingerprint === fingerprint(spec);
  if (same && found.owner.token === spec.metadata.token) return "nothing";
  if (same) return "stamp";
  if (found.running) return "refuse-running";
  return found.uuid === spec.uuid ? "define" : "replace";
}
