import { describe, expect, it } from "vitest";
import { layoutOf, networksOf } from "./layout-rules.ts";

const METRICS = { boxWidth: 100, gap: 20, busGap: 16, margin: 10 };

describe("the picture of a layout", () => {
  const picture = layoutOf(
    [
      { name: "db", networks: ["lan", "storage"], height: 40 },
      { name: "app", networks: ["lan"], height: 60 },
    ],
    ["lan", "storage"],
    METRICS,
  );

  it("holds every box, side by side and on one foot", () => {
    expect(picture.boxes.map(({ x }) => x)).toEqual([10, 130]);
    expect(picture.boxes.map((box) => box.y + box.height)).toEqual([70, 70]);
    expect(picture.width).toBe(240);
  });

  it("wires each group to its networks, each at a place of its own", () => {
    expect(picture.wires.map((wire) => `${wire.group}-${wire.network}`)).toEqual(["db-lan", "db-storage", "app-lan"]);
    expect(new Set(picture.wires.map((wire) => wire.x)).size).toBe(3);
    const buses = new Map(picture.buses.map((bus) => [bus.name, bus.y]));
    for (const wire of picture.wires) expect(wire.toY).toBe(buses.get(wire.network));
  });

  it("is as high as what it shows", () => {
    for (const bus of picture.buses) expect(bus.y).toBeLessThan(picture.height);
  });

  it("is empty of nothing", () => {
    expect(layoutOf([], [], METRICS)).toMatchObject({ boxes: [], wires: [], buses: [] });
  });
});

it("finds networks that are declared and those that are only named", () => {
  expect(networksOf(["lan"], [{ nics: [{ network: "storage" }, { network: "lan" }] }])).toEqual(["lan", "storage"]);
});
