import { describe, expect, it } from "vitest";
import { actionRefusal, combine, type Holding, limitRows, NO_LIMITS, overLimits, type PolicyFacts } from "./rules.ts";

const policy = (name: string, given: Partial<PolicyFacts> = {}): PolicyFacts => ({
  name,
  templates: [],
  pools: [],
  actions: ["start", "stop"],
  limits: NO_LIMITS,
  ...given,
});
const holding = (given: Partial<Holding> = {}): Holding => ({
  servers: 0,
  cores: 0,
  memoryGiB: 0,
  storageGiB: 0,
  moneyPerMonth: 0,
  ...given,
});

describe("several policies of one person", () => {
  it("restrict nothing when there is none", () => {
    expect(combine([])).toMatchObject({ policies: [], templates: null, pools: null, limits: NO_LIMITS });
    expect(actionRefusal(combine([]), "delete")).toBeNull();
  });

  it("allow what one of them allows", () => {
    const both = combine([
      policy("a", { templates: ["web"], pools: ["gold"], actions: ["start"] }),
      policy("b", { templates: ["db", "web"], pools: [], actions: ["delete"] }),
    ]);
    expect(both).toMatchObject({ templates: ["db", "web"], pools: null, actions: ["start", "delete"] });
  });

  it("count the largest of each limit, and none where one has none", () => {
    const one = policy("a", { limits: { ...NO_LIMITS, servers: 3, cores: 8 } });
    const other = policy("b", { limits: { ...NO_LIMITS, servers: 5 } });
    expect(combine([one, other]).limits).toMatchObject({ servers: 5, cores: null });
    expect(combine([other]).limits).toMatchObject({ servers: 5 });
  });

  it("name themselves when they refuse an action", () => {
    expect(actionRefusal(combine([policy("interns")]), "delete")).toBe(
      "your self-service policy (interns) does not include delete; an operator can do it",
    );
    expect(actionRefusal(combine([policy("interns")]), "stop")).toBeNull();
  });
});

describe("a limit", () => {
  const limits = { ...NO_LIMITS, servers: 4, memoryGiB: 2, moneyPerMonth: 100_0000 };

  it.each<[string, Holding, Holding, string[]]>([
    ["is not passed by what comes just up to it", holding({ servers: 3 }), holding({ servers: 1 }), []],
    [
      "is named with what is held and asked for",
      holding({ servers: 3 }),
      holding({ servers: 2 }),
      ["at most 4 servers: 3 held then, and 2 more asked for"],
    ],
    ["counts halves of GiB", holding({ memoryGiB: 1.5 }), holding({ memoryGiB: 0.5 }), []],
    [
      "counts money with its decimals",
      holding({ moneyPerMonth: 99_9900 }),
      holding({ moneyPerMonth: 200 }),
      ["at most 100.00 of money a month: 99.99 held then, and 0.02 more asked for"],
    ],
    ["that is none lets anything pass", holding({ cores: 10_000 }), holding({ cores: 10_000 }), []],
  ])("%s", (_, held, asked, problems) => {
    expect(overLimits(limits, held, asked)).toEqual(problems);
  });

  it("is shown beside what is held", () => {
    expect(limitRows(limits, holding({ servers: 3, moneyPerMonth: 12_3400 }))).toEqual([
      { what: "servers", held: "3", limit: "4" },
      { what: "cores", held: "0", limit: null },
      { what: "memoryGiB", held: "0", limit: "2" },
      { what: "storageGiB", held: "0", limit: null },
      { what: "moneyPerMonth", held: "12.34", limit: "100.00" },
    ]);
  });
});
