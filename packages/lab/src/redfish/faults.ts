/**
 * Misbehaviours seen in real BMCs, by name, for the next `count` occasions.
 * `timeout-after-act`: a write is done and never answered. `503`: refused, not done. `drop-session`: all sessions end.
 * `reset-ignored`: a reset is accepted and nothing happens. `once-reads-continuous`: a boot override written as Once
 * reads back as Continuous. `insert-500-but-inserted`: the medium is in and the answer is 500. `500-always`: every
 * request fails. `slow`: the answer takes two seconds. `silent`: there is none, and nothing was done.
 * `foreign-odata-id`: a system's links lead to another origin.
 */
export const redfishFaults = [
  "timeout-after-act",
  "503",
  "drop-session",
  "reset-ignored",
  "once-reads-continuous",
  "insert-500-but-inserted",
  "500-always",
  "slow",
  "silent",
  "foreign-odata-id",
] as const;

export type RedfishFault = (typeof redfishFaults)[number];

export interface RedfishFaults {
  /** For requests about one system, or about any when `systemId` is null. A count of 0 ends it. */
  provoke(fault: RedfishFault, count: number, systemId: string | null): void;
  /** Uses up one occasion. */
  take(fault: RedfishFault, systemId: string | null): boolean;
  /** What is still to come, as `fault` or `fault@system`. */
  pending(): Record<string, number>;
}

export function redfishFaultBox(): RedfishFaults {
  const counts = new Map<string, number>();
  const keyOf = (fault: RedfishFault, systemId: string | null) => (systemId === null ? fault : `${fault}@${systemId}`);

  function use(key: string): boolean {
    const left = counts.get(key) ?? 0;
    if (left === 0) return false;
    if (left === 1) counts.delete(key);
    else counts.set(key, left - 1);
    return true;
  }

  return {
    provoke(fault, count, systemId) {
      if (count <= 0) counts.delete(keyOf(fault, systemId));
      else counts.set(keyOf(fault, systemId), count);
    },
    take(fault, systemId) {
      if (counts.size === 0) return false;
      return (systemId !== null && use(keyOf(fault, systemId))) || use(keyOf(fault, null));
    },
    pending: () => Object.fromEntries(counts),
  };
}
