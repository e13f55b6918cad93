/** Values that identify a server, as numbers within a range, so that one search serves all kinds. */

export type IdentityKind = "mac" | "uuid" | "serial";

export interface IdentityRange {
  readonly kind: IdentityKind;
  readonly firstValue: string;
  readonly lastValue: string;
}

interface Numbering {
  readonly first: bigint;
  readonly last: bigint;
  readonly write: (value: bigint) => string;
}

const SERIAL = /^([A-Z0-9-]*?)(\d{1,15})$/;

/** Null when the range makes no sense: unreadable, backwards, a multicast MAC, or prefixes that differ. */
export function numberingOf({ kind, firstValue, lastValue }: IdentityRange): Numbering | null {
  switch (kind) {
    case "mac":
      return ordered(readMac(firstValue), readMac(lastValue), writeMac);
    case "uuid":
      return ordered(readUuid(firstValue), readUuid(lastValue), writeUuid);
    case "serial":
      return serialNumbering(firstValue, lastValue);
  }
}

/** Whether two ranges have a value in common. */
export function areOverlapping(one: IdentityRange, other: IdentityRange): boolean {
  const [a, b] = [numberingOf(one), numberingOf(other)];
  if (one.kind !== other.kind || a === null || b === null) return false;
  // Serial numbers with another beginning, or another count of digits, are others.
  const isAlike = a.write(0n) === b.write(0n);
  return isAlike && a.first <= b.last && b.first <= a.last;
}

/**
 * Blocks of values beginning anywhere in the range and going once around it, growing; at most `limit` values, so that
 * a full range of billions ends too. The random start keeps racing claimers apart.
 */
export function* valueBlocks(numbering: Numbering, start: bigint, limit = 65_536): Generator<string[]> {
  const size = numbering.last - numbering.first + 1n;
  const total = size < BigInt(limit) ? Number(size) : limit;
  const offset = start % size;
  for (let done = 0, block = 8; done < total; block = Math.min(block * 4, 4096)) {
    const count = Math.min(block, total - done);
    const from = done;
    yield Array.from({ length: count }, (_, i) =>
      numbering.write(numbering.first + ((offset + BigInt(from + i)) % size)),
    );
    done += count;
  }
}

/** A block of 65,536 locally administered unicast addresses, chosen by three random bytes (IEEE 802c, section 8.4.2). */
export function localMacRange(random: Uint8Array): IdentityRange {
  const hex = [...random.slice(0, 3)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  return { kind: "mac", firstValue: `02:${hex}:00:00`, lastValue: `02:${hex}:ff:ff` };
}

function ordered(first: bigint | null, last: bigint | null, write: (value: bigint) => string): Numbering | null {
  return first === null || last === null || first > last ? null : { first, last, write };
}

function readMac(text: string): bigint | null {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(text)) return null;
  const value = BigInt(`0x${text.replaceAll(":", "")}`);
  const isMulticast = ((value >> 40n) & 1n) === 1n;
  return isMulticast ? null : value;
}

function writeMac(value: bigint): string {
  return value
    .toString(16)
    .padStart(12, "0")
    .replace(/..(?!$)/g, "$&:");
}

function readUuid(text: string): bigint | null {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? BigInt(`0x${text.replaceAll("-", "")}`) : null;
}

function writeUuid(value: bigint): string {
  return value
    .toString(16)
    .padStart(32, "0")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function serialNumbering(firstValue: string, lastValue: string): Numbering | null {
  const first = SERIAL.exec(firstValue);
  const last = SERIAL.exec(lastValue);
  if (first === null || last === null || first[1] !== last[1] || first[2]?.length !== last[2]?.length) return null;
  const [, prefix = "", digits = ""] = first;
  return ordered(
    BigInt(digits),
    BigInt(last[2] ?? ""),
    (value) => `${prefix}${value.toString().padStart(digits.length, "0")}`,
  );
}
