import type { Demand } from "./demand.ts";
import { type Fit, fitMachine } from "./fit.ts";
import type { MachineCandidate, Picture } from "./picture.ts";

export interface RankedMachine {
  readonly machine: MachineCandidate;
  readonly fit: Fit & { fits: true };
}

interface Ranks {
  /** Those that fit, the least waste first. */
  readonly ranked: readonly RankedMachine[];
  readonly misfits: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Which machines suit a demand, and in which order. That depends on what is demanded only, so the servers of a group
 * share one look at the pool: two hundred of them in a pool of ten thousand would need two million.
 */
export class MachineRanks {
  readonly #picture: Picture;
  readonly #known = new Map<string, Ranks>();

  constructor(picture: Picture) {
    this.#picture = picture;
  }

  of(demand: Demand): Ranks {
    const { cores, memoryMiB, firmware, disks, networkIds } = demand;
    const shape = JSON.stringify([cores, memoryMiB, firmware, disks, networkIds]);
    const known = this.#known.get(shape) ?? this.#rank(demand);
    this.#known.set(shape, known);
    return known;
  }

  #rank(demand: Demand): Ranks {
    const ranked: RankedMachine[] = [];
    const misfits: Ranks["misfits"][number][] = [];
    for (const machine of this.#picture.machines) {
      const fit = fitMachine(demand, machine, this.#picture.networks);
      if (fit.fits) ranked.push({ machine, fit });
      else misfits.push({ name: machine.name, why: fit.why });
    }
    ranked.sort((a, b) => compareLists(a.fit.waste, b.fit.waste) || (a.machine.name < b.machine.name ? -1 : 1));
    return { ranked, misfits };
  }
}

/** By the first place in which they differ. */
export function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}
