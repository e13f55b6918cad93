import type { Graph, GraphNode, Position } from "@berth/sdk/graph.ts";
import { NODE_SIZE } from "./auto-layout.ts";

const GAP = 48;
const ROW = { disk: 0, group: 140, network: 360 } as const;

/** Where each node stands: as the template says, else in the row of its kind, on the first free place. */
export function placesOf(graph: Graph): Map<string, Position> {
  const places = new Map<string, Position>();
  for (const { id, position } of graph.nodes) if (position !== null) places.set(id, position);
  const kinds = new Map(graph.nodes.map((node) => [node.id, node.kind]));
  for (const node of graph.nodes) {
    if (places.has(node.id)) continue;
    places.set(node.id, freePlace(node, places, kinds));
  }
  return places;
}

function freePlace(
  node: GraphNode,
  places: ReadonlyMap<string, Position>,
  kinds: ReadonlyMap<string, GraphNode["kind"]>,
): Position {
  const { width, height } = NODE_SIZE[node.kind];
  const above = node.kind === "disk" ? places.get(node.group) : undefined;
  const y = above === undefined ? ROW[node.kind] : above.y - height - GAP;
  for (let x = above?.x ?? 0; ; x += width + GAP) {
    const isFree = [...places].every(([id, other]) => {
      const size = NODE_SIZE[kinds.get(id) ?? "group"];
      return x + width <= other.x || other.x + size.width <= x || y + height <= other.y || other.y + size.height <= y;
    });
    if (isFree) return { x, y };
  }
}
