import type { Seed } from "./seed.ts";

/** What an installation left on a simulated disk: not the bytes, but what they were and what their seed says. */
export interface InstalledSystem {
  readonly rawSha256: string;
  readonly rawBytes: number;
  readonly seed: Seed | null;
  readonly seedSha256: string;
  readonly memory: SystemMemory;
}

/** What scripts left there; it outlives a restart. */
export interface SystemMemory {
  /** Values that scripts were given, shown by the system's page. */
  readonly env: Map<string, string>;
  /** Numbers in those scripts that may be ports: there it answers. */
  readonly ports: Set<number>;
}

export function emptyMemory(): SystemMemory {
  return { env: new Map(), ports: new Set() };
}
