import { expect, it } from "vitest";
import { calendarOf, type Promised } from "./calendar-rules.ts";

const at = (text: string) => new Date(`${text}Z`);
const promise = (holder: string, startsAt: string, endsAt: string, cores = 2): Promised => ({
  holder,
  startsAt: at(startsAt),
  endsAt: at(endsAt),
  machines: 1,
  cores,
  memoryMiB: 512,
  storageGiB: 10,
});

const days = (promises: readonly Promised[]) =>
  calendarOf(promises, at("2027-01-01T00:00"), at("2027-01-03T00:00")).map((day) => [
    day.date,
    day.promised.machines,
    day.promised.cores,
    day.holders.join(),
  ]);

it("shows each day of the time, also those without any promise", () => {
  expect(days([])).toEqual([
    ["2027-01-01", 0, 0, ""],
    ["2027-01-02", 0, 0, ""],
    ["2027-01-03", 0, 0, ""],
  ]);
});

it("counts what began before, and what ends within a day, to that day", () => {
  expect(days([promise("shop", "2026-12-01T00:00", "2027-01-02T12:00")])).toEqual([
    ["2027-01-01", 1, 2, "shop"],
    ["2027-01-02", 1, 2, "shop"],
    ["2027-01-03", 0, 0, ""],
  ]);
});

it("never counts twice what ends as another begins, nor what ends as the day begins", () => {
  const promises = [
    promise("a", "2027-01-01T00:00", "2027-01-02T00:00"),
    promise("b", "2027-01-02T00:00", "2027-01-02T08:00"),
    promise("c", "2027-01-02T08:00", "2027-01-03T00:00"),
  ];
  expect(days(promises)).toEqual([
    ["2027-01-01", 1, 2, "a"],
    ["2027-01-02", 1, 2, "b,c"],
    ["2027-01-03", 0, 0, ""],
  ]);
});

it("shows the most of a day, not its end", () => {
  const promises = [
    promise("a", "2027-01-02T08:00", "2027-01-02T12:00", 4),
    promise("a", "2027-01-02T10:00", "2027-01-02T14:00", 8),
    promise("b", "2027-01-02T13:00", "2027-01-02T15:00", 1),
  ];
  expect(days(promises)[1]).toEqual(["2027-01-02", 2, 12, "a,b"]);
});
