/** How long one side took, in seconds. */
export interface Times {
  readonly total: number;
  /** What the guests needed: they boot, are written, answer, run their hooks. */
  readonly guests: number;
  /** All the rest: what the side itself needed. */
  readonly own: number;
}

/** What is read of an operation, as `berth operation show --json` prints it. */
export interface ShownSteps {
  readonly operations: readonly { readonly id: string; readonly parentId: string | null }[];
  readonly steps: readonly {
    readonly operationId: string;
    readonly name: string;
    readonly startedAt: string;
    readonly endedAt: string | null;
  }[];
}

/** Steps that wait for a guest to do something. All other steps are Berth's own time, whatever they wait for. */
const GUEST_STEPS = ["install", "wait-for-ssh", "run-hook"];

/** The longest chain of steps in which a guest works: of the servers the slowest, then the hooks, one after the other. */
export function guestSeconds({ operations, steps }: ShownSteps): number {
  const secondsOf = (id: string) =>
    steps
      .filter((step) => step.operationId === id && GUEST_STEPS.includes(step.name))
      .reduce((sum, step) => sum + (Date.parse(step.endedAt ?? step.startedAt) - Date.parse(step.startedAt)) / 1000, 0);
  const children = operations.filter((operation) => operation.parentId !== null).map(({ id }) => secondsOf(id));
  const roots = operations.filter((operation) => operation.parentId === null).map(({ id }) => secondsOf(id));
  return Math.max(0, ...children) + roots.reduce((sum, seconds) => sum + seconds, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

export function medianTimes(rounds: readonly Times[]): Times {
  const of = (key: keyof Times) => median(rounds.map((round) => round[key]));
  return { total: of("total"), guests: of("guests"), own: of("own") };
}
