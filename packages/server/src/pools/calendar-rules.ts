export interface Amounts {
  readonly machines: number;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
}

/** A promise: a machine, or a share of a host, for a half-open time. */
export interface Promised extends Amounts {
  readonly holder: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export interface CalendarDay {
  /** `2027-01-31`, in UTC. */
  readonly date: string;
  readonly promised: Amounts;
  readonly holders: string[];
}

const DAY_MS = 24 * 3_600_000;
const KEYS = ["machines", "cores", "memoryMiB", "storageGiB"] as const;

/**
 * For each day from `from` to `to` the most that is promised at any moment of it. What ends as another begins is never
 * promised twice. The four peaks of a day may lie at different moments.
 */
export function calendarOf(promises: readonly Promised[], from: Date, to: Date): CalendarDay[] {
  const changes = promises.flatMap((promise) => [
    { at: promise.startsAt.getTime(), sign: 1, promise },
    { at: promise.endsAt.getTime(), sign: -1, promise },
  ]);
  // At one moment what ends goes before what begins.
  changes.sort((a, b) => a.at - b.at || a.sign - b.sign);

  const now = { machines: 0, cores: 0, memoryMiB: 0, storageGiB: 0 };
  const holding = new Map<string, number>();
  const days: CalendarDay[] = [];
  let next = 0;
  for (let day = from.getTime(); day <= to.getTime(); day += DAY_MS) {
    // First what happened up to the day's first moment, then its course.
    next = applyUntil(day + 1);
    const peak = { ...now };
    const holders = new Set(holding.keys());
    while (next < changes.length && (changes[next]?.at ?? 0) < day + DAY_MS) {
      next = applyUntil((changes[next]?.at ?? 0) + 1);
      for (const key of KEYS) peak[key] = Math.max(peak[key], now[key]);
      for (const holder of holding.keys()) holders.add(holder);
    }
    days.push({ date: new Date(day).toISOString().slice(0, 10), promised: peak, holders: [...holders].sort() });
  }
  return days;

  function applyUntil(end: number): number {
    let i = next;
    for (; i < changes.length && (changes[i]?.at ?? 0) < end; i += 1) {
      const change = changes[i];
      if (change === undefined) break;
      for (const key of KEYS) now[key] += change.sign * change.promise[key];
      const count = (holding.get(change.promise.holder) ?? 0) + change.sign;
      if (count === 0) holding.delete(change.promise.holder);
      else holding.set(change.promise.holder, count);
    }
    return i;
  }
}
