import { describe, expect, it } from "vitest";
import { type Booking, calendarRows, placeOf, spanAround, ticksOf } from "./calendar-rules.ts";

const span = { from: new Date("2027-01-01T00:00:00Z"), until: new Date("2027-01-11T00:00:00Z") };
const booking = (id: string, on: string, from: number, until: number): Booking => ({
  id,
  label: id,
  on,
  startsAt: new Date(Date.UTC(2027, 0, from)).toISOString(),
  endsAt: new Date(Date.UTC(2027, 0, until)).toISOString(),
});

describe("the calendar of reservations", () => {
  it("has a row for each, also for what nobody has booked, in the order in which people count", () => {
    const rows = calendarRows([booking("a", "blade-10", 1, 2)], ["blade-2", "blade-10"], span);
    expect(rows.map((row) => [row.name, row.bars.length])).toEqual([
      ["blade-2", 0],
      ["blade-10", 1],
    ]);
  });

  it("puts what overlaps into lanes, and what follows into the same", () => {
    const [row] = calendarRows([booking("a", "h", 1, 5), booking("b", "h", 3, 6), booking("c", "h", 5, 8)], [], span);
    expect(row?.bars.map((bar) => [bar.id, bar.lane])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 0],
    ]);
    expect(row?.lanes).toBe(2);
  });

  it("leaves out what lies outside, and cuts off what hangs over", () => {
    expect(calendarRows([booking("a", "h", 20, 25)], [], span)).toEqual([]);
    expect(placeOf(booking("a", "h", -5, 6), span)).toEqual({ fromPercent: 0, widthPercent: 50 });
  });

  it("shows at least two weeks, and something after the lease", () => {
    const now = new Date(2027, 0, 1, 12);
    const shown = spanAround(now, new Date(2027, 0, 2), now);
    expect(shown.until.getTime() - shown.from.getTime()).toBe(14 * 86_400_000);
    expect(spanAround(now, new Date(2027, 2, 1), now).until.getTime()).toBeGreaterThan(new Date(2027, 2, 8).getTime());
  });

  it("writes at most ten days", () => {
    const year = { from: new Date("2027-01-01T00:00:00Z"), until: new Date("2028-01-01T00:00:00Z") };
    expect(ticksOf(year).length).toBeLessThanOrEqual(11);
    expect(ticksOf(span)[0]?.percent).toBe(0);
  });
});
