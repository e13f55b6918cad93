import { expect, it } from "vitest";
import { numberOf, segmentsOf } from "./address-rules.ts";

it("reads addresses of both kinds", () => {
  expect(numberOf("10.77.1.0")).toBe(0x0a4d_0100n);
  expect(numberOf("fd00::1")).toBe((0xfd00n << 112n) + 1n);
  expect(numberOf("::")).toBe(0n);
  expect(["10.77.1", "10.77.1.256", "fd00:1", "1:2:3:4:5:6:7:8:9", "x::1", "a.b.c.d"].map(numberOf)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

it("says where ranges lie in their network", () => {
  const ranges = [
    { kind: "automatic", start: "10.77.1.128", end: "10.77.1.191" },
    { kind: "excluded", start: "10.77.1.1", end: "10.77.1.1" },
  ];
  const [automatic, excluded] = segmentsOf("10.77.1.0/24", ranges);
  expect(automatic).toMatchObject({ from: 0.5, to: 0.75, count: 64 });
  expect(excluded?.count).toBe(1);
  expect((excluded?.to ?? 0) - (excluded?.from ?? 0)).toBeGreaterThan(0.003);
});

it("keeps within the network whatever a range says", () => {
  const [segment] = segmentsOf("10.77.1.0/24", [{ kind: "automatic", start: "10.76.0.0", end: "10.78.0.0" }]);
  expect(segment).toMatchObject({ from: 0, to: 1 });
  expect(segmentsOf("10.77.1.0/24", [{ kind: "x", start: "10.77.1.9", end: "10.77.1.1" }])).toEqual([]);
  expect(segmentsOf("nonsense", [])).toEqual([]);
});
