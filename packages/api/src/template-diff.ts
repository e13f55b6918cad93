/** One difference between two documents. `field` finds what has a name by it: `spec.groups[db].cores`. */
export interface DocumentChange {
  readonly kind: "added" | "removed" | "changed";
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What changed from one template to another, element by element; where the designer draws things does not count. */
export function diffTemplates(before: unknown, after: unknown): DocumentChange[] {
  return diff(withoutLayout(before), withoutLayout(after), "");
}

function withoutLayout(document: unknown): unknown {
  if (!isFields(document)) return document;
  const { layout: _layout, ...rest } = document;
  return rest;
}

function diff(before: unknown, after: unknown, field: string): DocumentChange[] {
  if (Object.is(before, after)) return [];
  if (before === undefined) return [{ kind: "added", field, after }];
  if (after === undefined) return [{ kind: "removed", field, before }];
  if (isFields(before) && isFields(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      diff(before[key], after[key], field === "" ? key : `${field}.${key}`),
    );
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, field);
  return [{ kind: "changed", field, before, after }];
}

function diffLists(before: readonly unknown[], after: readonly unknown[], field: string): DocumentChange[] {
  const old = byKey(before);
  const now = byKey(after);
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((key) =>
    diff(old.get(key), now.get(key), `${field}[${key}]`),
  );
  const isReordered = changes.length === 0 && [...old.keys()].join("\n") !== [...now.keys()].join("\n");
  return isReordered
    ? [{ kind: "changed", field: `${field} (order)`, before: [...old.keys()], after: [...now.keys()] }]
    : changes;
}

/** By name where an item has one, by itself where it is a text, else by its place; what comes twice gets a number. */
function byKey(items: readonly unknown[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [i, item] of items.entries()) {
    const name = keyOf(item) ?? String(i);
    let key = name;
    for (let n = 2; found.has(key); n += 1) key = `${name}~${n}`;
    found.set(key, item);
  }
  return found;
}

function keyOf(item: unknown): string | null {
  if (typeof item === "string") return item;
  if (!isFields(item)) return null;
  const name = item.name ?? item.network;
  return typeof name === "string" ? name : null;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
