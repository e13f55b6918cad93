import { describe, expect, it } from "vitest";
import { dayText, loadOf } from "./pool-calendar-rules.ts";

const total = { machines: 4, cores: 32, memoryMiB: 65_536, storageGiB: 0 };

describe("a day of a pool", () => {
  it("is as full as what is scarcest", () => {
    const promised = { machines: 1, cores: 30, memoryMiB: 1024, storageGiB: 0 };
    expect(loadOf(promised, total)).toEqual({ percent: 94, what: "cores" });
  });
  it("is never more than full, and of an empty pool nothing is", () => {
    expect(loadOf({ ...total, machines: 9 }, total)).toEqual({ percent: 100, what: "machines" });
    const none = { machines: 0, cores: 0, memoryMiB: 0, storageGiB: 0 };
    expect(loadOf(none, none)).toEqual({ percent: 0, what: "nothing" });
  });
  it("is told as people write it", () => expect(dayText("2026-11-21")).toBe("Sat 21 Nov"));
});
