import { TemplateDocument } from "@berth/api/template-document.ts";
import { describe, expect, it } from "vitest";
import {
  addDisk,
  addGroup,
  addNetwork,
  connect,
  EMPTY_TEMPLATE,
  elementAt,
  move,
  remove,
  rename,
} from "./draft-edit.ts";
import { graphOf } from "./graph.ts";
import { type Json, valueAt, withValueAt } from "./json.ts";

/** A metal database and virtual pages, drawn from nothing as a person would. */
function drawn(): Json {
  const lan = addNetwork(EMPTY_TEMPLATE, "lan");
  const metal = addGroup(lan.draft, "physical", "debian-12");
  const pages = addGroup(metal.draft, "virtual", "debian-12");
  return connect(connect(pages.draft, metal.id, lan.id), pages.id, lan.id);
}

describe("CAP A1: drawing", () => {
  it("makes a template that the schema takes, from nothing but the palette and wires", () => {
    const draft = drawn();
    expect(TemplateDocument.safeParse(draft).error?.issues).toBeUndefined();
    expect(graphOf(draft).wires).toHaveLength(2);
    expect(valueAt(draft, ["spec", "groups", 0, "nics"])).toEqual([{ network: "lan", primary: true }]);
  });

  it("gives names that are free", () => {
    const two = addGroup(addGroup(EMPTY_TEMPLATE, "virtual", "debian-12").draft, "virtual", "debian-12");
    expect(two.id).toBe("group:vm-2");
    expect(addNetwork(addNetwork(EMPTY_TEMPLATE, "lan").draft, "lan").id).toBe("network:lan-2");
    const disk = addDisk(two.draft, "group:vm", "data");
    expect(addDisk(disk?.draft ?? null, "group:vm", "data")?.id).toBe("disk:vm/data-2");
  });

  it("joins a group to a network once", () => {
    const draft = drawn();
    expect(connect(draft, "group:metal", "network:lan")).toBe(draft);
    expect(connect(draft, "group:nobody", "network:lan")).toBe(draft);
  });

  it("takes away a wire, and gives the primary NIC to the next one", () => {
    const storage = addNetwork(drawn(), "storage");
    const wired = connect(storage.draft, "group:metal", storage.id);
    const [first] = graphOf(wired).wires;
    const cut = remove(wired, first?.id ?? "");
    expect(valueAt(cut, ["spec", "groups", 0, "nics"])).toEqual([{ network: "storage", primary: true }]);
    expect(graphOf(cut).nodes.map((node) => node.id)).toContain("network:lan");
  });

  it("takes away a network with all its wires, and a group with its disks and places", () => {
    const draft = move(
      drawn(),
      new Map([
        ["group:metal", { x: 1.4, y: 2 }],
        ["network:lan", { x: 0, y: 0 }],
      ]),
    );
    const without = remove(draft, "network:lan");
    expect(graphOf(without).wires).toEqual([]);
    expect(valueAt(without, ["layout"])).toEqual({ "group:metal": { x: 1, y: 2 } });
    const empty = remove(remove(without, "group:metal"), "group:vm");
    expect(graphOf(empty).nodes).toEqual([]);
    expect(valueAt(empty, ["layout"])).toBeUndefined();
  });

  it("keeps a network on the canvas when its last wire goes, even one that no list named", () => {
    const draft = withValueAt(drawn(), ["spec", "networks"], undefined);
    const bare = remove(remove(draft, "group:metal"), "wire:group:vm/0");
    expect(graphOf(bare).nodes.map((node) => node.id)).toEqual(["network:lan", "group:vm"]);
  });

  it("renames in hooks, wires, places and the host name that was made of the name", () => {
    const disked = addDisk(drawn(), "group:metal", "data")?.draft ?? null;
    const placed = move(
      disked,
      new Map([
        ["group:metal", { x: 1, y: 1 }],
        ["disk:metal/data", { x: 2, y: 2 }],
      ]),
    );
    const hooked = withValueAt(placed, ["spec", "hooks"], [{ name: "x", at: "after-create", group: "metal" }]);
    const renamed = rename(rename(hooked, "group:metal", "db"), "network:lan", "office");
    expect(valueAt(renamed, ["spec", "hooks", 0, "group"])).toBe("db");
    expect(valueAt(renamed, ["spec", "groups", 0, "hostname"])).toBe("db-#");
    expect(valueAt(renamed, ["spec", "groups", 0, "nics", 0, "network"])).toBe("office");
    expect(Object.keys(valueAt(renamed, ["layout"]) ?? {})).toEqual(["group:db", "disk:db/data"]);
    expect(graphOf(renamed).wires).toHaveLength(2);
  });

  it("finds the element that a problem is about", () => {
    const draft = addDisk(drawn(), "group:vm", "shared")?.draft ?? null;
    expect(elementAt(draft, ["spec", "groups", 1, "disks", 1, "size"])).toBe("disk:vm/shared");
    expect(elementAt(draft, ["spec", "groups", 1, "disks", 0, "size"])).toBe("group:vm");
    expect(elementAt(draft, ["spec", "groups", 0, "nics", 0, "address"])).toBe("wire:group:metal/0");
    expect(elementAt(draft, ["spec", "networks", 0])).toBe("network:lan");
    expect(elementAt(draft, ["metadata", "title"])).toBeNull();
  });

  it.each([
    ["nothing", null],
    ["a text", "shop"],
    ["groups that are no list", { spec: { groups: { a: 1 } } }],
    ["groups of the wrong kind", { spec: { groups: [1, null, { name: 7, nics: [3], disks: [null, {}] }] } }],
    ["two groups of one name", { spec: { groups: [{ name: "a" }, { name: "a" }] } }],
  ])("shows %s without falling over", (_what, draft) => {
    const ids = graphOf(draft as Json).nodes.map((node) => node.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
