/** A stretch of a network's addresses, as parts of the whole from 0 to 1. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  readonly start: string;
  readonly end: string;
  readonly count: number;
}

interface Range {
  readonly kind: string;
  readonly start: string;
  readonly end: string;
}

const V4_BITS = 32n;
const V6_BITS = 128n;
/** A range of few addresses in a large network is still to be seen. */
const LEAST_PART = 0.004;

/** Where the ranges of a network lie within it, for the bar that shows them. What can't be read is left out. */
export function segmentsOf(cidr: string, ranges: readonly Range[]): Segment[] {
  const [base = "", prefix = ""] = cidr.split("/");
  const first = numberOf(base);
  if (first === null || prefix === "") return [];
  const bits = (base.includes(":") ? V6_BITS : V4_BITS) - BigInt(prefix);
  const size = 1n << bits;
  return ranges.flatMap(({ kind, start, end }) => {
    const [from, to] = [numberOf(start), numberOf(end)];
    if (from === null || to === null || to < from) return [];
    const part = (at: bigint) => Number(((at - first) * 1_000_000n) / size) / 1_000_000;
    const begin = Math.min(Math.max(part(from), 0), 1 - LEAST_PART);
    const stop = Math.min(Math.max(part(to + 1n), begin + LEAST_PART), 1);
    return [{ kind, start, end, from: begin, to: stop, count: Number(to - from + 1n) }];
  });
}

/** An address as a number; null for what is none. */
export function numberOf(ip: string): bigint | null {
  return ip.includes(":") ? v6Number(ip) : v4Number(ip);
}

function v4Number(ip: string): bigint | null {
  const parts = ip.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function v6Number(ip: string): bigint | null {
  const [head = "", tail] = ip.split("::");
  const words = (text: string) => (text === "" ? [] : text.split(":"));
  const [before, after] = [words(head), words(tail ?? "")];
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return null;
  return all.reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n);
}
