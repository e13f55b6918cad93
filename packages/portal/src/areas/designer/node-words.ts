import type { Graph, GraphNode, Wire } from "@berth/sdk/graph.ts";
import type { JsonObject } from "@berth/sdk/json.ts";

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** `2 virtual servers`: how many, and what they land on. */
export function countWords(data: JsonObject): string {
  const count = typeof data.count === "number" ? data.count : 1;
  const kind = data.kind === "either" ? "physical or virtual" : text(data.kind);
  return `${count} ${kind} ${count === 1 ? "server" : "servers"}`;
}

/** `2 cores · 1GiB`, or the name of the profile that says it. */
export function sizeWords(data: JsonObject): string {
  if (typeof data.hardware === "string" && data.cores === undefined) return `profile ${data.hardware}`;
  const cores = text(data.cores);
  return [cores === "" ? "" : `${cores} ${cores === "1" ? "core" : "cores"}`, text(data.memory)]
    .filter((part) => part !== "")
    .join(" · ");
}

/** What an element is, for those who don't see the picture. */
export function nodeLabel(node: GraphNode, graph: Graph, problems: readonly string[]): string {
  const wrong = problems.length === 0 ? "" : `. Wrong: ${problems.join("; ")}`;
  switch (node.kind) {
    case "group": {
      const networks = graph.wires.filter((wire) => wire.group === node.id).map((wire) => nameOf(graph, wire.network));
      const wired = networks.length === 0 ? "not connected" : `connected to ${networks.join(", ")}`;
      return `Server group ${node.name}, ${countWords(node.data)}, ${sizeWords(node.data)}, ${wired}${wrong}`;
    }
    case "network": {
      const groups = graph.wires.filter((wire) => wire.network === node.id).map((wire) => nameOf(graph, wire.group));
      return `Network ${node.name}, ${groups.length === 0 ? "nothing connected" : `connects ${groups.join(", ")}`}${wrong}`;
    }
    case "disk":
      return `${node.data.role === "shared" ? "Shared disk" : "Data disk"} ${node.name} of ${nameOf(graph, node.group)}, ${text(node.data.size)}${wrong}`;
  }
}

export function wireLabel(wire: Wire, graph: Graph, problems: readonly string[]): string {
  const primary = wire.data.primary === true ? ", primary" : "";
  const wrong = problems.length === 0 ? "" : `. Wrong: ${problems.join("; ")}`;
  return `Wire from ${nameOf(graph, wire.group)} to ${nameOf(graph, wire.network)}${primary}${wrong}`;
}

export function nameOf(graph: Graph, id: string): string {
  return graph.nodes.find((node) => node.id === id)?.name ?? "";
}
