import { describe, expect, it } from "vitest";
import { calendarRows, daysAround, fullDays, type PoolCalendar } from "./calendar-rules.ts";

const NOW = new Date("2027-01-10T12:34:56Z");
const amounts = (machines: number, cores: number) => ({ machines, cores, memoryMiB: 0, storageGiB: 0 });
const calendar: PoolCalendar = {
  pool: "default",
  total: amounts(6, 0),
  items: [
    { date: "2027-01-10", promised: amounts(3, 0), holders: ["shop"] },
    { date: "2027-01-11", promised: amounts(6, 0), holders: ["shop", "blog"] },
    { date: "2027-01-12", promised: amounts(0, 0), holders: null },
  ],
};

describe("the calendar of a pool", () => {
  const rows = calendarRows(calendar, new Date("2027-01-11T10:00:00Z"), new Date("2027-01-12T00:00:00Z"));

  it("has a row for each thing that the pool has", () =>
    expect(rows.map((row) => row.what)).toEqual(["Physical servers"]));

  it("marks the days of the lease, and not the one at whose first moment it ends", () => {
    expect(rows[0]?.cells.map((cell) => cell.isInLease)).toEqual([false, true, false]);
  });

  it("says how much is promised, and to whom where that may be known", () => {
    expect(rows[0]?.cells.map((cell) => cell.title)).toEqual([
      "2027-01-10: 3 of 6, by shop",
      "2027-01-11: 6 of 6, by shop, blog",
      "2027-01-12: 0 of 6",
    ]);
    expect(rows[0]?.cells[0]?.percent).toBe(50);
  });

  it("names the days of the lease on which nothing is left", () => {
    expect(rows.flatMap(fullDays)).toEqual(["2027-01-11"]);
  });
});

describe("the days that it shows", () => {
  it("are two weeks at least", () => {
    expect(daysAround(NOW, new Date("2027-01-12T00:00:00Z"), NOW)).toEqual({ from: "2027-01-10", to: "2027-01-23" });
  });

  it("go a little beyond the end of the lease, and at most over a quarter", () => {
    expect(daysAround(NOW, new Date("2027-02-10T00:00:00Z"), NOW).to).toBe("2027-02-12");
    expect(daysAround(NOW, new Date("2028-02-10T00:00:00Z"), NOW).to).toBe("2027-04-11");
  });
});
