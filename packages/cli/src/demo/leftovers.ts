/** What the lab itself sees (`GET /truth`), flattened: path to value. Berth's own tables are not asked. */
export type Truth = ReadonlyMap<string, string>;

/** Flattens the lab's answer so that two moments can be compared line by line. */
export function flatten(value: unknown, path = ""): Map<string, string> {
  if (value === null || typeof value !== "object") return new Map([[path, JSON.stringify(value)]]);
  const entries = Array.isArray(value) ? value.map((item) => [nameOf(item), item] as const) : Object.entries(value);
  return new Map(entries.flatMap(([key, item]) => [...flatten(item, path === "" ? key : `${path}/${key}`)]));
}

/** What is there afterwards and was not before, or is different now. Kept images are a cache, and said to be. */
export function leftovers(before: Truth, after: Truth, options: { ignore: readonly RegExp[] }): string[] {
  const found: string[] = [];
  for (const [path, value] of after) {
    if (options.ignore.some((pattern) => pattern.test(path))) continue;
    const was = before.get(path);
    if (was === undefined) found.push(`${path} is there (${value})`);
    else if (was !== value) found.push(`${path} was ${was} and is ${value}`);
  }
  for (const [path] of before)
    if (!after.has(path) && !options.ignore.some((pattern) => pattern.test(path))) found.push(`${path} is gone`);
  return found;
}

/** Items of lists are known by their name, so that the order of a list does not matter. */
function nameOf(item: unknown): string {
  if (item !== null && typeof item === "object") {
    for (const key of ["name", "id", "mac", "path"]) {
      const value = (item as Record<string, unknown>)[key];
      if (typeof value === "string" || typeof value === "number") return String(value);
    }
  }
  return JSON.stringify(item);
}
