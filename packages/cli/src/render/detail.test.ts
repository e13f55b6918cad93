import { describe, expect, it } from "vitest";
import { renderDetail } from "./detail.ts";
import { renderTable } from "./table.ts";
import { heading, painter } from "./text.ts";

const options = { columns: [], paint: painter(false), width: null };

describe("one thing", () => {
  it("has its fields in lines, its parts indented, and its lists as tables", () => {
    const shown = renderDetail(
      {
        name: "shop",
        memoryMiB: 512,
        tags: ["a", "b"],
        price: { perDay: "1.50", lines: [{ item: "core", count: 2, perDay: "0.50" }] },
        servers: [
          {
            id: "7",
            name: "shop-app-1",
            power: { wanted: "on", observed: "off" },
            nics: [{ network: "lan", ip: "10.0.0.5" }],
            note: null,
          },
        ],
      },
      options,
    );
    expect(shown).toBe(
      [
        "NAME          shop",
        "MEMORY (MiB)  512",
        "TAGS          a, b",
        "",
        "PRICE",
        "  PER DAY  1.50",
        "",
        "  LINES",
        "    ITEM  COUNT  PER DAY",
        "    core  2      0.50",
        "",
        "SERVERS",
        "  NAME        POWER WANTED  POWER OBSERVED  NICS",
        "  shop-app-1  on            off             lan 10.0.0.5",
      ].join("\n"),
    );
  });

  it("shows lists of things that hold lists one below the other", () => {
    const shown = renderDetail(
      { decisions: [{ kind: "placement", reasons: [{ candidate: "h1", fits: true, why: "w", since: null }] }] },
      options,
    );
    expect(shown).toBe(
      ["DECISIONS", "  KIND  placement", "", "  REASONS", "    CANDIDATE  FITS  WHY", "    h1         yes   w"].join(
        "\n",
      ),
    );
  });

  it.each([
    {},
    [],
    { a: {} },
    { a: [] },
    { a: [[]] },
    { a: [null] },
    { a: [{}] },
    { a: { b: { c: { d: 1 } } } },
    null,
    7,
  ])("shows %j without failing", (value) => {
    expect(typeof renderDetail(value, options)).toBe("string");
  });
});

it.each([
  ["memoryMiB", "MEMORY (MiB)"],
  ["promised.memoryMiB", "PROMISED MEMORY (MiB)"],
  ["storageGiB", "STORAGE (GiB)"],
  ["price.perDay", "PRICE PER DAY"],
  ["cidr", "CIDR"],
])("the heading of %s is %s", (path, words) => {
  expect(heading(path)).toBe(words);
});

it("tables fit the terminal", () => {
  const items = [{ name: "a".repeat(60), note: "b".repeat(60), why: "c".repeat(60) }];
  for (const line of renderTable(items, { columns: ["name", "note", "why"], paint: painter(false), width: 80 }).split(
    "\n",
  )) {
    expect(line.length).toBeLessThanOrEqual(80);
  }
});
