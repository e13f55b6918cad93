import type { FactsSource, Machine, ObservedFacts } from "./store.ts";

/** The columns that observed facts change. */
export interface FactsChange {
  manufacturer?: string;
  model?: string;
  serial?: string;
  uuid?: string;
  asset_tag?: string;
  firmware?: "bios" | "uefi";
  cores?: number;
  memory_mib?: number;
  health?: "ok" | "warning" | "critical" | "unknown";
  nics?: string;
  disks?: string;
}

type Known = Pick<
  Machine,
  | "provider"
  | "manufacturer"
  | "model"
  | "serial"
  | "uuid"
  | "asset_tag"
  | "firmware"
  | "cores"
  | "memory_mib"
  | "nics"
  | "disks"
>;

const MAX_TEXT = 200;
const MAX_PARTS = 256;
const MAX_CORES = 65_536;
const MAX_MEMORY_MIB = 2 ** 30;

/**
 * What to write down of what was seen. A management controller is the authority on its machine. What the service OS
 * says only fills gaps where there is a controller (it names NICs and disks in its own way, and speaks for whoever
 * booted), and is all there is where there is none.
 */
export function planFacts(known: Known, seen: ObservedFacts, from: FactsSource): FactsChange {
  const believes = from === "controller" || known.provider === null;
  const mayWrite = (now: unknown) => believes || now === null || (Array.isArray(now) && now.length === 0);
  const change: FactsChange = {};
  const manufacturer = textOf(seen.manufacturer);
  const model = textOf(seen.model);
  const serial = textOf(seen.serial);
  const assetTag = textOf(seen.assetTag);
  if (manufacturer !== null && mayWrite(known.manufacturer)) change.manufacturer = manufacturer;
  if (model !== null && mayWrite(known.model)) change.model = model;
  if (serial !== null && mayWrite(known.serial)) change.serial = serial;
  if (assetTag !== null && mayWrite(known.asset_tag)) change.asset_tag = assetTag;
  if (seen.uuid && mayWrite(known.uuid)) change.uuid = seen.uuid.toLowerCase();
  if (seen.firmware && mayWrite(known.firmware)) change.firmware = seen.firmware;
  if (isCount(seen.cores, MAX_CORES) && mayWrite(known.cores)) change.cores = seen.cores;
  if (isCount(seen.memoryMiB, MAX_MEMORY_MIB) && mayWrite(known.memory_mib)) change.memory_mib = seen.memoryMiB;
  if (seen.nics && seen.nics.length > 0 && mayWrite(known.nics)) {
    change.nics = JSON.stringify(seen.nics.slice(0, MAX_PARTS).map(({ id, mac }) => ({ id, mac: mac.toLowerCase() })));
  }
  if (seen.disks && seen.disks.length > 0 && mayWrite(known.disks)) {
    change.disks = JSON.stringify(seen.disks.slice(0, MAX_PARTS).map(({ id, sizeBytes }) => ({ id, sizeBytes })));
  }
  if (seen.health && from === "controller") change.health = seen.health;
  return change;
}

/** Texts of firmware are padded, empty, or say that nobody filled them in. */
function textOf(text: string | null | undefined): string | null {
  const plain = (text ?? "")
    .replace(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, MAX_TEXT);
  return plain === "" || /^(?:none|not specified|to be filled by o\.?e\.?m\.?|default string|0+)$/i.test(plain)
    ? null
    : plain;
}

function isCount(value: number | null | undefined, most: number): value is number {
  return value !== null && value !== undefined && Number.isInteger(value) && value > 0 && value <= most;
}
