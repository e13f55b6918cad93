import { isList, isObject, type Json, type JsonObject, type Path, withValueAt } from "./json.ts";

export interface Position {
  readonly x: number;
  readonly y: number;
}

interface AnyNode {
  /** `group:db`, `network:lan`, `disk:db/data`: also its key under the template's `layout`. */
  readonly id: string;
  readonly name: string;
  /** Where it stands in the document. */
  readonly path: Path;
  /** Null where the template does not say: then it is computed. */
  readonly position: Position | null;
}

export interface GroupNode extends AnyNode {
  readonly kind: "group";
  /** The group without its NICs and without the disks that are nodes of their own. */
  readonly data: JsonObject;
}

export interface NetworkNode extends AnyNode {
  readonly kind: "network";
  /** Whether it stands in `spec.networks`, or only on a NIC. */
  readonly declared: boolean;
}

export interface DiskNode extends AnyNode {
  readonly kind: "disk";
  /** Its group's node. */
  readonly group: string;
  readonly data: JsonObject;
}

export type GraphNode = GroupNode | NetworkNode | DiskNode;

/** A NIC, from its group to its network. NICs of a group come in order. */
export interface Wire {
  readonly id: string;
  readonly group: string;
  readonly network: string;
  readonly path: Path;
  /** The NIC without the name of its network. */
  readonly data: JsonObject;
}

/** A template as a picture. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly wires: readonly Wire[];
  /** What has no place in the picture: metadata, costs, hooks, positions of what is not there. */
  readonly rest: Json;
}

/**
 * The picture of a template. It takes unfinished documents too, as a canvas must show them while they are made; what it
 * can't make sense of is left out.
 */
export function graphOf(document: Json): Graph {
  const root = isObject(document) ? document : {};
  const spec = isObject(root.spec) ? root.spec : {};
  const layout = isObject(root.layout) ? root.layout : {};
  const ids = new Set<string>();
  const unique = (wish: string) => {
    let id = wish;
    for (let n = 2; ids.has(id); n += 1) id = `${wish}~${n}`;
    ids.add(id);
    return id;
  };
  const place = (id: string) => ({ id, position: positionOf(layout[id]) });
  const networks = networkNodes(spec, (name) => place(unique(`network:${name}`)));
  const networkIds = new Map(networks.map((network) => [network.name, network.id]));
  const nodes: GraphNode[] = [...networks];
  const wires: Wire[] = [];
  for (const [g, group] of listOf(spec.groups).entries()) {
    if (!isObject(group)) continue;
    const path: Path = ["spec", "groups", g];
    const name = textOf(group.name);
    const own = place(unique(`group:${name}`));
    const disks = listOf(group.disks);
    const { nics: _nics, disks: _disks, ...fields } = group;
    const inside = disks.filter((disk) => !isNode(disk));
    nodes.push({ ...own, kind: "group", name, path, data: { ...fields, disks: inside } });
    for (const [d, disk] of disks.entries()) {
      if (!isNode(disk)) continue;
      const diskName = textOf(disk.name);
      const at = place(unique(`disk:${name}/${diskName}`));
      nodes.push({ ...at, kind: "disk", name: diskName, path: [...path, "disks", d], group: own.id, data: disk });
    }
    for (const [n, nic] of listOf(group.nics).entries()) {
      const network = isObject(nic) ? networkIds.get(textOf(nic.network)) : undefined;
      if (!isObject(nic) || network === undefined) continue;
      const { network: _network, ...data } = nic;
      wires.push({ id: `wire:${own.id}/${n}`, group: own.id, network, path: [...path, "nics", n], data });
    }
  }
  return { nodes, wires, rest: restOf(root, spec, ids) };
}

/** The template that a picture shows: the way back of `graphOf`, for any template that is valid. */
export function documentOf(graph: Graph): Json {
  const networks = graph.nodes.filter((node) => node.kind === "network");
  const declared = networks.filter((node) => node.declared).map((node) => node.name);
  const nameOf = (id: string) => networks.find((network) => network.id === id)?.name ?? "";
  const groups = graph.nodes
    .filter((node) => node.kind === "group")
    .map(({ id, data }) => ({
      ...data,
      disks: inOrder(graph, id, listOf(data.disks)),
      nics: graph.wires
        .filter((wire) => wire.group === id)
        .map((wire) => ({ network: nameOf(wire.network), ...wire.data })),
    }));
  const positions = graph.nodes.flatMap(({ id, position }) => (position === null ? [] : [[id, { ...position }]]));
  let document = withValueAt(graph.rest, ["spec", "groups"], groups);
  if (declared.length > 0) document = withValueAt(document, ["spec", "networks"], declared);
  for (const [id, position] of positions as [string, JsonObject][])
    document = withValueAt(document, ["layout", id], position);
  return document;
}

/** A group's disks in the document's order: those that are nodes say where they stand, the others fill the gaps. */
function inOrder(graph: Graph, group: string, inside: readonly Json[]): Json[] {
  const nodes = graph.nodes.filter((node) => node.kind === "disk").filter((node) => node.group === group);
  const disks: Json[] = [];
  const others = [...inside];
  for (let i = 0; i < inside.length + nodes.length; i += 1) {
    const node = nodes.find(({ path }) => path.at(-1) === i);
    const next = node === undefined ? others.shift() : node.data;
    if (next !== undefined) disks.push(next);
  }
  const placed = nodes.filter(({ path }) => Number(path.at(-1)) >= inside.length + nodes.length);
  return [...disks, ...placed.map((node) => node.data)];
}

type Placed = Pick<AnyNode, "id" | "position">;

function networkNodes(spec: JsonObject, place: (name: string) => Placed): NetworkNode[] {
  const declared = listOf(spec.networks).flatMap((name, i): NetworkNode[] =>
    typeof name === "string"
      ? [{ ...place(name), kind: "network", name, path: ["spec", "networks", i], declared: true }]
      : [],
  );
  const seen = new Set(declared.map((network) => network.name));
  const used: NetworkNode[] = [];
  for (const [g, group] of listOf(spec.groups).entries()) {
    for (const [n, nic] of listOf(isObject(group) ? group.nics : undefined).entries()) {
      const name = isObject(nic) ? nic.network : undefined;
      if (typeof name !== "string" || name === "" || seen.has(name)) continue;
      seen.add(name);
      const path: Path = ["spec", "groups", g, "nics", n, "network"];
      used.push({ ...place(name), kind: "network", name, path, declared: false });
    }
  }
  return [...declared, ...used];
}

function restOf(root: JsonObject, spec: JsonObject, ids: ReadonlySet<string>): Json {
  const { groups: _groups, networks: _networks, ...otherSpec } = spec;
  const { layout, ...others } = root;
  const rest = { ...others, spec: otherSpec };
  if (!isObject(layout)) return rest;
  const strays = Object.entries(layout).filter(([id]) => !ids.has(id));
  // An empty layout is none, unless it was written so.
  if (strays.length === 0 && Object.keys(layout).length > 0) return rest;
  return { ...rest, layout: Object.fromEntries(strays) };
}

/** The disk that a server boots from is part of its group's box; others are boxes of their own. */
function isNode(disk: Json): disk is JsonObject {
  return isObject(disk) && disk.role !== "boot";
}

function positionOf(value: Json | undefined): Position | null {
  if (!isObject(value) || typeof value.x !== "number" || typeof value.y !== "number") return null;
  return { x: value.x, y: value.y };
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
