/** `leasePolicy` → `lease`, `policy`; `memoryGiB` → `memory`, `gib`. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([KMGT])iB/g, "$1ib")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[ .]/)
    .map((word) => word.toLowerCase());
}

/** The command line's flag for a field: `["price", "perDay"]` is `--price.per-day`. */
export function flagName(path: readonly string[]): string {
  return `--${path.map((name) => wordsOf(name).join("-")).join(".")}`;
}
