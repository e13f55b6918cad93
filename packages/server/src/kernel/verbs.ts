/** What may be done with an object now, and why not what may not: sent with it, so that no client keeps its own copy. */
export interface Verbs {
  readonly allowed: string[];
  readonly refused: Record<string, string>;
}

/** Reads a table of verb to the reason why not; null where there is none. */
export function verbsOf(reasons: Readonly<Record<string, string | null>>): Verbs {
  const entries = Object.entries(reasons);
  return {
    allowed: entries.flatMap(([verb, reason]) => (reason === null ? [verb] : [])),
    refused: Object.fromEntries(entries.flatMap(([verb, reason]) => (reason === null ? [] : [[verb, reason]]))),
  };
}
