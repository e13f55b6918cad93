import { addDisk, addGroup, addNetwork, move } from "@berth/sdk/draft-edit.ts";
import { type Graph, graphOf, type Position } from "@berth/sdk/graph.ts";
import type { Json } from "@berth/sdk/json.ts";

export type PartKind = "physical" | "virtual" | "either" | "network" | "data" | "shared";

export interface Stock {
  /** Names of networks that there are, the likeliest first. */
  readonly networks: readonly string[];
  readonly images: readonly string[];
}

export interface Adding {
  readonly kind: PartKind;
  /** Where it was dropped; null for a free place. */
  readonly at: Position | null;
  /** The element that is chosen: a disk goes to its group. */
  readonly selected: string | null;
}

/** The draft with one more part, or in words why not. */
export function withPart(draft: Json, adding: Adding, stock: Stock): { draft: Json; id: string } | { refused: string } {
  const graph = graphOf(draft);
  const added = addedPart(draft, graph, adding, stock);
  if ("refused" in added || adding.at === null) return added;
  return { ...added, draft: move(added.draft, new Map([[added.id, adding.at]])) };
}

function addedPart(draft: Json, graph: Graph, { kind, at, selected }: Adding, stock: Stock) {
  switch (kind) {
    case "physical":
    case "virtual":
    case "either":
      return addGroup(draft, kind, stock.images[0] ?? "debian-12");
    case "network":
      return addNetwork(draft, unusedNetwork(graph, stock.networks));
    case "data":
    case "shared": {
      const group = groupFor(graph, selected, at);
      const added = group === null ? null : addDisk(draft, group, kind);
      return added ?? { refused: "A disk belongs to servers: choose a server group first." };
    }
  }
}

function unusedNetwork(graph: Graph, networks: readonly string[]): string {
  const used = new Set(graph.nodes.filter((node) => node.kind === "network").map((node) => node.name));
  return networks.find((name) => !used.has(name)) ?? "network";
}

/** The chosen group, or that of the chosen disk; else the nearest to where it was dropped; else the only one. */
function groupFor(graph: Graph, selected: string | null, at: Position | null): string | null {
  const chosen = graph.nodes.find((node) => node.id === selected);
  if (at === null && chosen?.kind === "group") return chosen.id;
  if (at === null && chosen?.kind === "disk") return chosen.group;
  const groups = graph.nodes.filter((node) => node.kind === "group");
  if (at === null) return groups.length === 1 ? (groups[0]?.id ?? null) : null;
  const distance = (place: Position | null) =>
    place === null ? Number.MAX_VALUE : Math.hypot(place.x - at.x, place.y - at.y);
  return groups.toSorted((a, b) => distance(a.position) - distance(b.position))[0]?.id ?? null;
}

/** What to do next, for somebody who draws for the first time; null once nothing is left to draw. */
export function nextStep(graph: Graph): string | null {
  const groups = graph.nodes.filter((node) => node.kind === "group");
  const networks = graph.nodes.filter((node) => node.kind === "network");
  if (groups.length === 0) return "Begin with servers: click a kind in the palette, or drag it here.";
  if (networks.length === 0) return "Now add a network for them.";
  const lonely = groups.find((group) => !graph.wires.some((wire) => wire.group === group.id));
  if (lonely !== undefined)
    return `Draw a wire from the dot below ${lonely.name} to a network, or choose Connect to… at the right.`;
  const unused = networks.find((network) => !graph.wires.some((wire) => wire.network === network.id));
  return unused === undefined ? null : `Nothing is wired to network ${unused.name} yet.`;
}
