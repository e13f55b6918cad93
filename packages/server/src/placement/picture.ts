import type { Goal } from "./demand.ts";

/** What could be used in one pool over the time in question, and how much of it is already promised. */
export interface Picture {
  readonly poolId: string;
  readonly pool: string;
  readonly goal: Goal;
  readonly machines: readonly MachineCandidate[];
  readonly hosts: readonly HostCandidate[];
  /** The pool's networks: id, name, and the site where they are. */
  readonly networks: readonly NetworkCandidate[];
}

export interface NetworkCandidate {
  readonly id: string;
  readonly name: string;
  readonly siteId: string;
}

export interface MachineCandidate {
  readonly id: string;
  readonly name: string;
  readonly siteId: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly firmware: "bios" | "uefi" | null;
  readonly disks: readonly { readonly id: string; readonly sizeBytes: number }[];
  readonly nicCount: number;
  /** Why it can't be used at all just now, in words; null when it can. */
  readonly barred: string | null;
}

export interface HostCandidate {
  readonly id: string;
  readonly name: string;
  readonly siteId: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
  /** The peak over the time in question of what is promised to others. */
  readonly used: Use;
  /** Names of the networks that its VMs can be joined to. */
  readonly networks: readonly string[];
  readonly barred: string | null;
}

export interface Use {
  readonly cores: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
}
