import { type DiskNode, type GroupNode, graphOf, type NetworkNode, type Position } from "./graph.ts";
import { isList, isObject, type Json, type JsonObject, type Path, valueAt, withValueAt } from "./json.ts";

/**
 * What can be done to a template on a canvas. Each takes a document, finished or not, and answers the changed one.
 * An id that is not there changes nothing.
 */

export type GroupKind = "physical" | "virtual" | "either";

export const EMPTY_TEMPLATE: Json = {
  apiVersion: "berth/v1",
  kind: "ServiceTemplate",
  metadata: { name: "new-template", title: "A new template" },
  spec: { groups: [] },
};

/** What a new group is made of. Its wires are for the person who draws: only she knows the networks. */
export function addGroup(draft: Json, kind: GroupKind, image: string): { draft: Json; id: string } {
  const name = freeName(namesOf(draft, "group"), { physical: "metal", virtual: "vm", either: "server" }[kind]);
  const group = {
    name,
    kind,
    count: 1,
    cores: 1,
    memory: "1GiB",
    image,
    hostname: `${name}-#`,
    disks: [{ name: "system", size: "6GiB", role: "boot" }],
    nics: [],
  };
  return { draft: append(draft, ["spec", "groups"], group), id: `group:${name}` };
}

export function addNetwork(draft: Json, wish: string): { draft: Json; id: string } {
  const name = freeName(namesOf(draft, "network"), wish);
  return { draft: append(declareNetworks(draft), ["spec", "networks"], name), id: `network:${name}` };
}

export function addDisk(draft: Json, groupId: string, role: "data" | "shared"): { draft: Json; id: string } | null {
  const group = nodeOf(draft, groupId);
  if (group?.kind !== "group") return null;
  const name = freeName(
    listAt(draft, [...group.path, "disks"]).map((disk) => nameIn(disk)),
    role,
  );
  const disk = { name, size: "10GiB", role };
  return { draft: append(draft, [...group.path, "disks"], disk), id: `disk:${group.name}/${name}` };
}

/** Joins a group to a network by one more NIC. Its first NIC is the primary one. */
export function connect(draft: Json, groupId: string, networkId: string): Json {
  const group = nodeOf(draft, groupId);
  const network = nodeOf(draft, networkId);
  if (group?.kind !== "group" || network?.kind !== "network" || isConnected(draft, groupId, networkId)) return draft;
  const path = [...group.path, "nics"];
  const isFirst = listAt(draft, path).length === 0;
  return append(draft, path, { network: network.name, ...(isFirst ? { primary: true } : {}) });
}

export function isConnected(draft: Json, groupId: string, networkId: string): boolean {
  return graphOf(draft).wires.some((wire) => wire.group === groupId && wire.network === networkId);
}

/** Takes away a node with everything that belongs to it, or a wire. */
export function remove(draft: Json, id: string): Json {
  const graph = graphOf(draft);
  const wire = graph.wires.find((one) => one.id === id);
  if (wire !== undefined) return removeWires(declareNetworks(draft), [wire.path]);
  const node = graph.nodes.find((one) => one.id === id);
  if (node === undefined) return draft;
  switch (node.kind) {
    case "group": {
      const disks = graph.nodes.filter((one) => one.kind === "disk" && one.group === id).map((disk) => disk.id);
      return withoutLayout(withValueAt(declareNetworks(draft), node.path, undefined), [id, ...disks]);
    }
    case "disk":
      return withoutLayout(withValueAt(draft, node.path, undefined), [id]);
    case "network": {
      const paths = graph.wires.filter((one) => one.network === id).map((one) => one.path);
      const unwired = removeWires(draft, paths);
      return withoutLayout(node.declared ? withValueAt(unwired, node.path, undefined) : unwired, [id]);
    }
  }
}

/** Gives a node another name, everywhere where it is named. */
export function rename(draft: Json, id: string, name: string): Json {
  const node = nodeOf(draft, id);
  if (node === undefined || node.name === name) return draft;
  switch (node.kind) {
    case "group":
      return renameGroup(draft, node, name);
    case "disk":
      return renameDisk(draft, node, name);
    case "network":
      return renameNetwork(draft, node, name);
  }
}

/** Writes down where nodes stand, in whole points. */
export function move(draft: Json, positions: ReadonlyMap<string, Position>): Json {
  let moved = draft;
  for (const [id, { x, y }] of positions)
    moved = withValueAt(moved, ["layout", id], { x: Math.round(x), y: Math.round(y) });
  return moved;
}

/** The node that stands where a problem is, or around it: `spec.groups[0].nics[1]` is a wire. */
export function elementAt(draft: Json, path: Path): string | null {
  const graph = graphOf(draft);
  const around = [...graph.nodes, ...graph.wires]
    .filter((one) => one.path.every((part, i) => part === path[i]))
    .sort((a, b) => b.path.length - a.path.length);
  return around[0]?.id ?? null;
}

function renameGroup(draft: Json, node: GroupNode, name: string): Json {
  const hooks = listAt(draft, ["spec", "hooks"]).map((hook) =>
    isObject(hook) && hook.group === node.name ? { ...hook, group: name } : hook,
  );
  let renamed = withValueAt(draft, [...node.path, "name"], name);
  if (hooks.length > 0) renamed = withValueAt(renamed, ["spec", "hooks"], hooks);
  // A host name that was made of the group's name follows it; one that somebody chose stays.
  if (node.data.hostname === `${node.name}-#`) renamed = withValueAt(renamed, [...node.path, "hostname"], `${name}-#`);
  return withLayoutKeys(renamed, (key) => {
    if (key === node.id) return `group:${name}`;
    const disks = `disk:${node.name}/`;
    return key.startsWith(disks) ? `disk:${name}/${key.slice(disks.length)}` : key;
  });
}

function renameDisk(draft: Json, node: DiskNode, name: string): Json {
  const renamed = withValueAt(draft, [...node.path, "name"], name);
  const group = node.id.slice("disk:".length, node.id.lastIndexOf("/"));
  return withLayoutKeys(renamed, (key) => (key === node.id ? `disk:${group}/${name}` : key));
}

function renameNetwork(draft: Json, node: NetworkNode, name: string): Json {
  let renamed = node.declared ? withValueAt(draft, node.path, name) : draft;
  for (const wire of graphOf(draft).wires)
    if (wire.network === node.id) renamed = withValueAt(renamed, [...wire.path, "network"], name);
  return withLayoutKeys(renamed, (key) => (key === node.id ? `network:${name}` : key));
}

/** The last first, so that no path means another thing when its turn comes. Who loses the primary NIC gets another. */
function removeWires(draft: Json, paths: readonly Path[]): Json {
  let next = draft;
  for (const path of [...paths].reverse()) {
    const nic = valueAt(next, path);
    next = withValueAt(next, path, undefined);
    const first = [...path.slice(0, -1), 0];
    if (isObject(nic) && nic.primary === true && isObject(valueAt(next, first)))
      next = withValueAt(next, [...first, "primary"], true);
  }
  return next;
}

/** A network that only NICs name would vanish with its last wire: from now on it stands in the list. */
function declareNetworks(draft: Json): Json {
  const networks = graphOf(draft).nodes.filter((node) => node.kind === "network");
  if (networks.length === 0 || networks.every((network) => network.declared)) return draft;
  const names = networks.map((network) => network.name);
  return withValueAt(draft, ["spec", "networks"], names);
}

function withoutLayout(draft: Json, ids: readonly string[]): Json {
  let next = draft;
  for (const id of ids)
    if (valueAt(next, ["layout", id]) !== undefined) next = withValueAt(next, ["layout", id], undefined);
  const layout = valueAt(next, ["layout"]);
  return isObject(layout) && Object.keys(layout).length === 0 ? withValueAt(next, ["layout"], undefined) : next;
}

function withLayoutKeys(draft: Json, keyOf: (key: string) => string): Json {
  const layout = valueAt(draft, ["layout"]);
  if (!isObject(layout)) return draft;
  const renamed: JsonObject = Object.fromEntries(Object.entries(layout).map(([key, value]) => [keyOf(key), value]));
  return withValueAt(draft, ["layout"], renamed);
}

function nodeOf(draft: Json, id: string) {
  return graphOf(draft).nodes.find((node) => node.id === id);
}

function namesOf(draft: Json, kind: "group" | "network"): string[] {
  return graphOf(draft)
    .nodes.filter((node) => node.kind === kind)
    .map((node) => node.name);
}

function freeName(taken: readonly string[], wish: string): string {
  if (!taken.includes(wish)) return wish;
  for (let n = 2; ; n += 1) if (!taken.includes(`${wish}-${n}`)) return `${wish}-${n}`;
}

function append(draft: Json, path: Path, item: Json): Json {
  return withValueAt(draft, [...path, listAt(draft, path).length], item);
}

function listAt(draft: Json, path: Path): readonly Json[] {
  const value = valueAt(draft, path);
  return isList(value) ? value : [];
}

function nameIn(value: Json): string {
  return isObject(value) && typeof value.name === "string" ? value.name : "";
}
