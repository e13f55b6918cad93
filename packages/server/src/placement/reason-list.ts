import type { Reason } from "./demand.ts";

/** How many are named of each: all of a large pool would be kept for each server, and read by nobody to its end. */
const MAX_FITTING = 10;
const MAX_MISFITS = 50;

/** Why candidates were taken or not: the chosen one first, then others, and how many more there were. */
export class ReasonList {
  readonly #fitting: Reason[] = [];
  readonly #misfits: Reason[] = [];

  add(candidate: string, { fits, why }: { readonly fits: boolean; readonly why: string }): void {
    const [list, max] = fits ? [this.#fitting, MAX_FITTING] : [this.#misfits, MAX_MISFITS];
    if (list.length < max) list.push({ candidate, fits, why });
  }

  /** Whether one more that fits would not be named. */
  get isFull(): boolean {
    return this.#fitting.length >= MAX_FITTING;
  }

  /** `total` is how many candidates there are. */
  list(total: number, chosen: Reason | null): Reason[] {
    const others = [...this.#fitting, ...this.#misfits].filter(
      ({ candidate, fits }) => !(fits && candidate === chosen?.candidate),
    );
    const named = chosen === null ? others : [chosen, ...others];
    const more = total - named.length;
    return more <= 0 ? named : [...named, { candidate: `${more} more`, fits: false, why: "not named one by one" }];
  }
}
