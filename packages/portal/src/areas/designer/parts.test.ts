import { EMPTY_TEMPLATE } from "@berth/sdk/draft-edit.ts";
import { graphOf } from "@berth/sdk/graph.ts";
import { type Json, valueAt } from "@berth/sdk/json.ts";
import { describe, expect, it } from "vitest";
import { nextStep, type PartKind, withPart } from "./parts.ts";

const STOCK = { networks: ["lan", "storage"], images: ["debian-12"] };
const add = (draft: Json, kind: PartKind, selected: string | null = null) => {
  const added = withPart(draft, { kind, at: null, selected }, STOCK);
  if ("refused" in added) throw new Error(added.refused);
  return added.draft;
};

describe("CAP A1: the palette", () => {
  it("adds networks that there are, each once, and says what comes next", () => {
    expect(nextStep(graphOf(EMPTY_TEMPLATE))).toContain("Begin with servers");
    const servers = add(EMPTY_TEMPLATE, "physical");
    expect(nextStep(graphOf(servers))).toContain("add a network");
    const wired = add(add(servers, "network"), "network");
    expect(valueAt(wired, ["spec", "networks"])).toEqual(["lan", "storage"]);
    expect(nextStep(graphOf(wired))).toContain("Draw a wire from the dot below metal");
    expect(valueAt(add(wired, "network"), ["spec", "networks", 2])).toBe("network");
  });

  it("gives a disk to the chosen group, or to the only one, and else says what to do", () => {
    const one = add(EMPTY_TEMPLATE, "virtual");
    expect(graphOf(add(one, "data")).nodes.map(({ id }) => id)).toContain("disk:vm/data");
    const two = add(one, "physical");
    const refused = withPart(two, { kind: "data", at: null, selected: null }, STOCK);
    expect(refused).toEqual({ refused: expect.stringContaining("choose a server group") });
    expect(graphOf(add(two, "data", "group:metal")).nodes.map(({ id }) => id)).toContain("disk:metal/data");
  });

  it("puts what was dropped where it was dropped", () => {
    const added = withPart(EMPTY_TEMPLATE, { kind: "network", at: { x: 5, y: 7.6 }, selected: null }, STOCK);
    expect("draft" in added && valueAt(added.draft, ["layout"])).toEqual({ "network:lan": { x: 5, y: 8 } });
  });
});
