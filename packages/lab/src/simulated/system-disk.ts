import type { Seed } from "./seed.ts";

/** What an installation left on a simulated disk: not the bytes, but what they were and what their seed says. */
export interface InstalledSystem {
  readonly rawSha256: string;
  readonly rawBytes: number;
  readonly seed: Seed | null;
  readonly seedSha256: string;
}
