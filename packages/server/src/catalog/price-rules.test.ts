import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PriceList, priceOf } from "./price-rules.ts";
import { readTemplate } from "./read-template.ts";
import type { Template } from "./template.ts";

const LIST: PriceList = {
  currency: "EUR",
  physicalServer: "4.0000",
  virtualServer: "0.5000",
  core: "0.2500",
  memoryGiB: "0.1000",
  address: "0.0500",
  storageGiB: "0.0100",
};

function shipped(name: string): Template {
  const read = readTemplate(readFileSync(join(import.meta.dirname, `../../../../templates/${name}.yaml`), "utf8"));
  if ("problems" in read) throw new Error(`template ${name} is not valid`);
  return read.template;
}

describe("priceOf", () => {
  it("adds up servers, cores, memory, addresses, storage and the template's own costs", () => {
    const price = priceOf(LIST, shipped("two-tier"), 30, { physical: 1, virtual: 2 });
    expect(price).toEqual({
      currency: "EUR",
      perDay: "7.79",
      total: "233.70",
      days: 30,
      lines: [
        { item: "physical server", count: 1, perDay: "4.00" },
        { item: "virtual server", count: 2, perDay: "1.00" },
        { item: "core", count: 3, perDay: "0.75" },
        { item: "GiB of memory", count: 2, perDay: "0.20" },
        { item: "address", count: 4, perDay: "0.20" },
        { item: "GiB of storage", count: 14, perDay: "0.14" },
        { item: "operation", count: 1, perDay: "1.50" },
      ],
    });
  });

  it("counts in ten-thousandths, where floats would drift", () => {
    const cents = { ...LIST, address: "0.1", core: "0.2", virtualServer: "0", memoryGiB: "0", storageGiB: "0" };
    const one = shipped("empty-servers");
    const group = { ...one.groups[0], count: 1 } as Template["groups"][number];
    const price = priceOf(cents, { ...one, groups: [group], costs: [] }, 1, { physical: 0, virtual: 1 });
    // 0.1 + 0.2 is 0.30000000000000004 in floats.
    expect(price.perDay).toBe("0.30");
  });

  it("keeps four decimals, rounds memory to the nearest, and drops nothing over many days", () => {
    const fine = {
      ...LIST,
      physicalServer: "0",
      virtualServer: "0",
      core: "0",
      memoryGiB: "0.0001",
      address: "0",
      storageGiB: "0",
    };
    const template = shipped("web-tier");
    expect(priceOf(fine, template, 1, { physical: 0, virtual: 3 }).perDay).toBe("0.0002");
    expect(priceOf(fine, template, 3660, { physical: 0, virtual: 3 }).total).toBe("0.732");
  });

  it("has a total of its lines times the days, whatever the prices", () => {
    const amount = fc
      .tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 9_999 }))
      .map(([whole, rest]) => `${whole}.${String(rest).padStart(4, "0")}`);
    const units = (text: string) => BigInt(text.replace(".", "").padEnd(text.indexOf(".") + 4, "0"));
    fc.assert(
      fc.property(
        fc.record({
          physicalServer: amount,
          virtualServer: amount,
          core: amount,
          memoryGiB: amount,
          address: amount,
          storageGiB: amount,
        }),
        fc.integer({ min: 1, max: 3660 }),
        (amounts, days) => {
          const price = priceOf({ currency: "EUR", ...amounts }, shipped("two-tier"), days, {
            physical: 1,
            virtual: 2,
          });
          const sum = price.lines.reduce((total, line) => total + units(line.perDay), 0n);
          expect(units(price.perDay)).toBe(sum);
          expect(units(price.total)).toBe(sum * BigInt(days));
        },
      ),
      { numRuns: 300 },
    );
  });
});
