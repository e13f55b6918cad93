/** A document as data: what YAML, JSON and a TypeScript literal can all say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Where something stands in a document: `["spec", "groups", 0, "cores"]`. */
export type Path = readonly (string | number)[];

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** `undefined` where there is nothing at that place. */
export function valueAt(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((node, part) => {
    if (isList(node)) return typeof part === "number" ? node[part] : undefined;
    return isObject(node) && Object.hasOwn(node, part) ? node[part] : undefined;
  }, value);
}

/** The same document with another value at a place, whose parents are made where they are missing. */
export function withValueAt(value: Json | undefined, path: Path, next: Json | undefined): Json {
  const [part, ...rest] = path;
  if (part === undefined) return next ?? null;
  if (typeof part === "number") {
    const items = isList(value) ? [...value] : [];
    if (rest.length === 0 && next === undefined) items.splice(part, 1);
    else items[part] = withValueAt(items[part], rest, next);
    return items;
  }
  const fields = isObject(value) ? value : {};
  if (rest.length > 0 || next !== undefined) return { ...fields, [part]: withValueAt(fields[part], rest, next) };
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== part));
}

/** Whether two documents say the same; the order of fields says nothing. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (!isObject(a)) return a === b;
  if (!isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}
