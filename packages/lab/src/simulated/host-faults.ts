/**
 * What goes wrong between a controller and a simulated hypervisor, for the next `count` requests.
 * `slow`: the answer takes two seconds. `503`: refused and not done. `timeout-after-act`: done and never answered.
 */
export const hostWireFaults = ["slow", "503", "timeout-after-act"] as const;
export type HostWireFault = (typeof hostWireFaults)[number];

export interface HostFaultBox {
  provoke(fault: HostWireFault, count: number): void;
  /** Uses up one occasion. */
  take(fault: HostWireFault): boolean;
  pending(): Record<string, number>;
}

export function hostFaultBox(): HostFaultBox {
  const counts = new Map<HostWireFault, number>();
  return {
    provoke(fault, count) {
      if (count > 0) counts.set(fault, count);
      else counts.delete(fault);
    },
    take(fault) {
      const left = counts.get(fault) ?? 0;
      if (left > 1) counts.set(fault, left - 1);
      else counts.delete(fault);
      return left > 0;
    },
    pending: () => Object.fromEntries(counts),
  };
}
