import { graphOf } from "@berth/sdk/graph.ts";
import { describe, expect, it } from "vitest";
import { placesOf } from "./place-rules.ts";

const disk = { name: "system", role: "boot" };

describe("where nodes stand", () => {
  it("keeps what the template says, and lays nothing over anything", () => {
    const groups = ["a", "b", "c"].map((name) => ({
      name,
      disks: [disk, { name: "data" }, { name: "more" }],
      nics: [{ network: "lan" }],
    }));
    const graph = graphOf({ spec: { groups }, layout: { "group:b": { x: 7, y: 900 } } });
    const places = placesOf(graph);
    expect(places.get("group:b")).toEqual({ x: 7, y: 900 });
    expect(places.size).toBe(graph.nodes.length);
    const seen = new Set([...places.values()].map(({ x, y }) => `${x} ${y}`));
    expect(seen.size).toBe(graph.nodes.length);
  });
});
