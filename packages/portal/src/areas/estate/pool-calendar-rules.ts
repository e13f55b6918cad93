interface Amounts {
  readonly machines: number;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
}

export interface DayLoad {
  /** Of whatever is scarcest that day. */
  readonly percent: number;
  readonly what: string;
}

const WORDS: Readonly<Record<keyof Amounts, string>> = {
  machines: "machines",
  cores: "cores",
  memoryMiB: "memory",
  storageGiB: "storage",
};

/** How full a pool is on a day: by what is scarcest, as that decides whether more fits. */
export function loadOf(promised: Amounts, total: Amounts): DayLoad {
  const loads = (Object.keys(WORDS) as (keyof Amounts)[])
    .filter((kind) => total[kind] > 0)
    .map((kind) => ({ percent: Math.min(100, Math.round((promised[kind] / total[kind]) * 100)), what: WORDS[kind] }));
  return loads.toSorted((a, b) => b.percent - a.percent)[0] ?? { percent: 0, what: "nothing" };
}

/** `Sat 21 Nov`. The day is one of UTC, and stays it wherever it is read. */
export function dayText(date: string): string {
  const options = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
  // Browsers differ in whether they put a comma there.
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", options).replace(",", "");
}
