import type { PoolInfo } from "@berth/api/pool.ts";
import type { z } from "zod";
import { holdings, type Request } from "./story-rules.ts";

export type Pool = z.output<typeof PoolInfo>;

/** What a pool has of one thing, and how much is promised without and with a request. */
export interface Impact {
  readonly what: string;
  readonly unit: string;
  readonly total: number;
  readonly without: number;
  readonly with: number;
}

const MIB_PER_GIB = 1024;

/**
 * A pool with and without a request. It was reserved when it was asked for, so from its start on the pool's own count
 * holds it already; before that, it comes on top.
 */
export function impactOf(pool: Pool, request: Pick<Request, "reserved" | "startsAt">, now: Date): Impact[] {
  const held = holdings(request.reserved);
  const isCounted = new Date(request.startsAt) <= now;
  const rows = [
    {
      what: "Physical servers",
      unit: "",
      total: pool.total.machines,
      promised: pool.promised.machines,
      own: held.physical,
    },
    { what: "Cores of hosts", unit: "", total: pool.total.cores, promised: pool.promised.cores, own: held.cores },
    {
      what: "Memory of hosts",
      unit: "GiB",
      total: gib(pool.total.memoryMiB),
      promised: gib(pool.promised.memoryMiB),
      own: gib(held.memoryMiB),
    },
    {
      what: "Storage of hosts",
      unit: "GiB",
      total: pool.total.storageGiB,
      promised: pool.promised.storageGiB,
      own: held.storageGiB,
    },
  ];
  return rows
    .filter((row) => row.own > 0)
    .map(({ what, unit, total, promised, own }) => ({
      what,
      unit,
      total,
      without: isCounted ? Math.max(0, round(promised - own)) : promised,
      with: isCounted ? promised : round(promised + own),
    }));
}

const gib = (mib: number): number => round(mib / MIB_PER_GIB);
const round = (value: number): number => Math.round(value * 10) / 10;

/** What comes after the one that was decided: the next of the list, else the one before, else none. */
export function nextAfter(ids: readonly string[], decided: string): string | null {
  const at = ids.indexOf(decided);
  return ids[at + 1] ?? ids[at - 1] ?? null;
}

/** The request that is one further down or up, staying within the list. */
export function neighbour(ids: readonly string[], current: string | null, step: 1 | -1): string | null {
  if (ids.length === 0) return null;
  const at = current === null ? -1 : ids.indexOf(current);
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))] ?? null;
}
