import { describe, expect, it } from "vitest";
import { money, sumOfAmounts } from "./money.ts";

describe("money", () => {
  it("is written with its currency", () => {
    expect(money("12.5", "EUR")).toBe("€12.50");
    expect(money("12.5", "CHF").replaceAll(/\s/g, " ")).toBe("CHF 12.50");
  });

  it("keeps the decimals that the price list has", () => {
    expect(money("0.0125", "EUR")).toBe("€0.0125");
  });

  it("is added up without losing anything", () => {
    expect(sumOfAmounts(["0.10", "0.20"])).toBe("0.30");
    expect(sumOfAmounts(["0.0001", "0.0001"])).toBe("0.0002");
    expect(sumOfAmounts([])).toBe("0.00");
  });
});
