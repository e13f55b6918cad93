/** Pure address arithmetic, IPv4 and IPv6 alike: an address is a number of a family. */

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface AddressRange {
  readonly first: Address;
  /** Included. */
  readonly last: Address;
}

export interface Subnet extends AddressRange {
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Reads an address in any usual writing; null when it is none. Leading zeros are refused, as some read them as octal. */
export function parseAddress(text: string): Address | null {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** Canonical text; IPv6 as in RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const words = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(16 * (7 - i))) & 0xffffn).toString(16));
  const gap = longestZeros(words);
  if (gap === null) return words.join(":");
  return `${words.slice(0, gap.start).join(":")}::${words.slice(gap.start + gap.length).join(":")}`;
}

/** Reads `10.0.0.0/24`; null when it is no network, or has host bits set. */
export function parseCidr(text: string): Subnet | null {
  const [base, length, ...rest] = text.split("/");
  if (base === undefined || length === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(length))
    return null;
  const first = parseAddress(base);
  const prefix = Number(length);
  if (first === null || prefix > BITS[first.family]) return null;
  const hostMask = (1n << BigInt(BITS[first.family] - prefix)) - 1n;
  if ((first.value & hostMask) !== 0n) return null;
  return { first, last: { family: first.family, value: first.value | hostMask }, prefix };
}

export function contains(range: AddressRange, address: Address): boolean {
  return (
    address.family === range.first.family && address.value >= range.first.value && address.value <= range.last.value
  );
}

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.first.family === b.first.family && a.first.value <= b.last.value && b.first.value <= a.last.value;
}

/** How many addresses a range holds. */
export function sizeOf(range: AddressRange): bigint {
  return range.last.value - range.first.value + 1n;
}

/**
 * The addresses of a subnet that hosts may have. IPv4 loses its network and broadcast address (not in /31 and /32,
 * RFC 3021), IPv6 its subnet-router anycast address (RFC 4291, section 2.6.1; not in /127 and /128, RFC 6164).
 */
export function usableRange(subnet: Subnet): AddressRange {
  const { family } = subnet.first;
  const isTiny = BITS[family] - subnet.prefix <= 1;
  if (isTiny) return { first: subnet.first, last: subnet.last };
  const first = { family, value: subnet.first.value + 1n };
  return { first, last: family === 4 ? { family, value: subnet.last.value - 1n } : subnet.last };
}

/** What is left of `ranges` without `holes`, in order and without overlaps. */
export function subtract(ranges: readonly AddressRange[], holes: readonly AddressRange[]): AddressRange[] {
  const left = holes.reduce<AddressRange[]>((parts, hole) => parts.flatMap((part) => without(part, hole)), [...ranges]);
  return merge(left);
}

/**
 * All values of the ranges, as blocks that grow, beginning after `after` and then around to the start: so that a
 * search of a mostly free range asks little, and one of a full range does not ask forever.
 */
export function* candidateBlocks(
  ranges: readonly AddressRange[],
  after: Address | null,
  firstBlockSize = 16,
  maxBlockSize = 4096,
): Generator<Address[]> {
  const cut = after === null ? null : { first: { family: after.family, value: 0n }, last: after };
  const later = cut === null ? merge([...ranges]) : subtract(ranges, [cut]);
  const earlier = cut === null ? [] : subtract(ranges, later);
  let block: Address[] = [];
  let size = firstBlockSize;
  for (const range of [...later, ...earlier]) {
    for (let value = range.first.value; value <= range.last.value; value += 1n) {
      block.push({ family: range.first.family, value });
      if (block.length < size) continue;
      yield block;
      block = [];
      size = Math.min(size * 4, maxBlockSize);
    }
  }
  if (block.length > 0) yield block;
}

function without(range: AddressRange, hole: AddressRange): AddressRange[] {
  if (!overlaps(range, hole)) return [range];
  const { family } = range.first;
  const parts: AddressRange[] = [];
  if (hole.first.value > range.first.value)
    parts.push({ first: range.first, last: { family, value: hole.first.value - 1n } });
  if (hole.last.value < range.last.value)
    parts.push({ first: { family, value: hole.last.value + 1n }, last: range.last });
  return parts;
}

function merge(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = [...ranges].sort((a, b) => a.first.family - b.first.family || compare(a.first.value, b.first.value));
  const merged: AddressRange[] = [];
  for (const range of sorted) {
    const before = merged.at(-1);
    const touches =
      before !== undefined && before.first.family === range.first.family && range.first.value <= before.last.value + 1n;
    if (!touches) merged.push(range);
    else if (range.last.value > before.last.value)
      merged[merged.length - 1] = { first: before.first, last: range.last };
  }
  return merged;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function parseV4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return null;
  return { family: 4, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseV6(text: string): Address | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [left, right] = halves.map(wordsOf);
  if (left === undefined || left === null || right === null) return null;
  const count = left.length + (right?.length ?? 0);
  // Without `::` there are eight words; with it, it stands for one word at least.
  if (right === undefined ? count !== 8 : count > 7) return null;
  const words = [...left, ...Array.from({ length: 8 - count }, () => 0n), ...(right ?? [])];
  return { family: 6, value: words.reduce((value, word) => (value << 16n) | word, 0n) };
}

function wordsOf(text: string): bigint[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const tail = parts.at(-1)?.includes(".") ? parseV4(parts.pop() ?? "") : undefined;
  if (tail === null || !parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return null;
  const words = parts.map((part) => BigInt(`0x${part}`));
  return tail === undefined ? words : [...words, tail.value >> 16n, tail.value & 0xffffn];
}

/** The longest run of two zero words or more, the first of equals (RFC 5952, section 4.2). */
function longestZeros(words: readonly string[]): { start: number; length: number } | null {
  const runs = words.map((_, start) => {
    const end = words.findIndex((word, i) => i >= start && word !== "0");
    return { start, length: (end === -1 ? words.length : end) - start };
  });
  const best = runs.reduce((a, b) => (b.length > a.length ? b : a));
  return best.length >= 2 ? best : null;
}
