import type { usageContract } from "@berth/api/usage.ts";
import type { z } from "zod";

export type PoolCalendar = z.output<(typeof usageContract)["getPoolCalendar"]["response"]>;

/** One day of one thing: how much of it is promised, and whether the lease that is being asked for lies on it. */
export interface DayCell {
  readonly date: string;
  readonly used: number;
  readonly percent: number;
  readonly isInLease: boolean;
  readonly title: string;
}

export interface CalendarRow {
  readonly what: string;
  readonly total: number;
  readonly cells: readonly DayCell[];
}

const DAY_MS = 24 * 3_600_000;
const MIN_DAYS = 14;
const MAX_DAYS = 92;
const ROWS = [
  { what: "Physical servers", field: "machines" },
  { what: "Cores of hosts", field: "cores" },
] as const;

/** The days that are asked for around a lease, as dates in UTC: from today, a little beyond the end, at most a quarter. */
export function daysAround(startsAt: Date, endsAt: Date, now: Date): { readonly from: string; readonly to: string } {
  const from = startOfDay(Math.min(now.getTime(), startsAt.getTime()));
  const wanted = Math.ceil((endsAt.getTime() - from) / DAY_MS) + 3;
  const days = Math.min(MAX_DAYS, Math.max(MIN_DAYS, wanted));
  return { from: dateOf(from), to: dateOf(from + (days - 1) * DAY_MS) };
}

/** Rows for what the pool has any of at all. */
export function calendarRows(calendar: PoolCalendar, startsAt: Date, endsAt: Date): CalendarRow[] {
  return ROWS.filter(({ field }) => calendar.total[field] > 0).map(({ what, field }) => {
    const total = calendar.total[field];
    const cells = calendar.items.map(({ date, promised, holders }) => ({
      date,
      used: promised[field],
      percent: Math.min(100, Math.round((100 * promised[field]) / total)),
      isInLease: Date.parse(date) < endsAt.getTime() && Date.parse(date) + DAY_MS > startsAt.getTime(),
      title: `${date}: ${promised[field]} of ${total}${holdersText(holders)}`,
    }));
    return { what, total, cells };
  });
}

const MOST_NAMES = 6;

function holdersText(holders: readonly string[] | null): string {
  if (holders === null || holders.length === 0) return "";
  const more = holders.length - MOST_NAMES;
  return `, by ${holders.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The days of a lease on which nothing of it is left, for those who hear the calendar instead of seeing it. */
export function fullDays(row: CalendarRow): string[] {
  return row.cells.filter((cell) => cell.isInLease && cell.used >= row.total).map((cell) => cell.date);
}

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
