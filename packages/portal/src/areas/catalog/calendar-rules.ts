/** A promise that somebody holds: what of it the calendar draws. */
export interface Booking {
  readonly id: string;
  readonly label: string;
  /** The machine or host: one row of the calendar. */
  readonly on: string;
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface CalendarBar {
  readonly id: string;
  readonly label: string;
  readonly fromPercent: number;
  readonly widthPercent: number;
  /** Bars that overlap lie in lanes below each other, from 0. */
  readonly lane: number;
}

export interface CalendarRow {
  readonly name: string;
  readonly lanes: number;
  readonly bars: readonly CalendarBar[];
}

export interface Span {
  readonly from: Date;
  readonly until: Date;
}

const DAY_MS = 24 * 3_600_000;
const MIN_WIDTH_PERCENT = 0.5;

/** The days that a calendar shows around a lease: some before, some after, and never less than two weeks. */
export function spanAround(startsAt: Date, endsAt: Date, now: Date): Span {
  const from = new Date(Math.min(now.getTime(), startsAt.getTime()));
  from.setHours(0, 0, 0, 0);
  const leaseMs = endsAt.getTime() - startsAt.getTime();
  const until = new Date(Math.max(endsAt.getTime() + Math.max(DAY_MS, leaseMs * 0.2), from.getTime() + 14 * DAY_MS));
  return { from, until };
}

/** One row for each machine and host; those of `names` that nobody has booked are rows too. */
export function calendarRows(bookings: readonly Booking[], names: readonly string[], span: Span): CalendarRow[] {
  const byName = Map.groupBy(
    bookings.filter((booking) => overlaps(booking, span)),
    (booking) => booking.on,
  );
  const all = [...new Set([...names, ...byName.keys()])].toSorted((a, b) =>
    a.localeCompare(b, undefined, { numeric: true }),
  );
  return all.map((name) => {
    const bars = inLanes(byName.get(name) ?? [], span);
    return { name, bars, lanes: Math.max(1, ...bars.map((bar) => bar.lane + 1)) };
  });
}

function overlaps(booking: Booking, span: Span): boolean {
  return Date.parse(booking.startsAt) < span.until.getTime() && Date.parse(booking.endsAt) > span.from.getTime();
}

function inLanes(bookings: readonly Booking[], span: Span): CalendarBar[] {
  const ends: number[] = [];
  return bookings
    .toSorted((a, b) => a.startsAt.localeCompare(b.startsAt) || a.id.localeCompare(b.id))
    .map((booking) => {
      const starts = Date.parse(booking.startsAt);
      const free = ends.findIndex((end) => end <= starts);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = Date.parse(booking.endsAt);
      return { id: booking.id, label: booking.label, lane, ...placeOf(booking, span) };
    });
}

/** Where a time lies in a span, in percent of its width; what hangs over is cut off. */
export function placeOf(
  { startsAt, endsAt }: { readonly startsAt: string; readonly endsAt: string },
  span: Span,
): { readonly fromPercent: number; readonly widthPercent: number } {
  const whole = span.until.getTime() - span.from.getTime();
  const at = (text: string) => Math.min(100, Math.max(0, (100 * (Date.parse(text) - span.from.getTime())) / whole));
  const fromPercent = at(startsAt);
  return { fromPercent, widthPercent: Math.max(MIN_WIDTH_PERCENT, at(endsAt) - fromPercent) };
}

/** Days to write above a calendar: at most ten, evenly apart, each at midnight. */
export function ticksOf(span: Span): { readonly at: Date; readonly percent: number }[] {
  const days = Math.round((span.until.getTime() - span.from.getTime()) / DAY_MS);
  const step = Math.max(1, Math.ceil(days / 10));
  const whole = span.until.getTime() - span.from.getTime();
  return Array.from({ length: Math.floor(days / step) + 1 }, (_, i) => {
    const at = new Date(span.from);
    at.setDate(at.getDate() + i * step);
    return { at, percent: (100 * (at.getTime() - span.from.getTime())) / whole };
  }).filter((tick) => tick.percent < 97);
}
