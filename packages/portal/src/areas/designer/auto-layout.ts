import type { Graph, Position } from "@berth/sdk/graph.ts";

/** How large nodes are drawn; the style sheet says the same. */
export const NODE_SIZE = {
  group: { width: 240, height: 128 },
  network: { width: 200, height: 56 },
  disk: { width: 170, height: 56 },
} as const;

/** Places for all nodes: groups in a row, their networks below and their disks above. Loaded when it is first needed. */
export async function autoLayout(graph: Graph): Promise<Map<string, Position>> {
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const laid = await new Elk().layout({
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "DOWN",
      "elk.spacing.nodeNode": "48",
      "elk.layered.spacing.nodeNodeBetweenLayers": "80",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    },
    children: graph.nodes.map(({ id, kind }) => ({ id, ...NODE_SIZE[kind] })),
    edges: [
      ...graph.wires.map(({ id, group, network }) => ({ id, sources: [group], targets: [network] })),
      ...graph.nodes.flatMap((node) =>
        node.kind === "disk" ? [{ id: `edge:${node.id}`, sources: [node.id], targets: [node.group] }] : [],
      ),
    ],
  });
  return new Map((laid.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}
