/** What one server needs, whatever it will land on. */
export interface Demand {
  readonly serverId: string;
  /** The server's name, for messages. */
  readonly name: string;
  readonly group: string;
  readonly kind: "physical" | "virtual" | "either";
  readonly cores: number;
  readonly memoryMiB: number;
  /** Null when any will do. */
  readonly firmware: "bios" | "uefi" | null;
  readonly disks: readonly DiskDemand[];
  /** One network per NIC, in order. */
  readonly networkIds: readonly string[];
  /** How VMs of this group are laid over hosts; null takes the pool's goal. */
  readonly goal: Goal | null;
}

export interface DiskDemand {
  readonly name: string;
  readonly sizeGiB: number;
  readonly role: "boot" | "data" | "shared";
}

export type Goal = "best-fit" | "spread";

/** Where one server lands. */
export interface Placement {
  readonly serverId: string;
  readonly kind: "physical" | "virtual";
  readonly poolId: string;
  readonly pool: string;
  readonly siteId: string;
  /** Exactly one of both is set. */
  readonly machineId: string | null;
  readonly hostId: string | null;
  /** The machine's or host's name. */
  readonly on: string;
  /** The machine's disk for each wanted disk; null on a host, where the host's storage pool takes them. */
  readonly disks: readonly { readonly name: string; readonly on: string | null }[];
  /** The chosen candidate first, then others with why not, and how many more were looked at. */
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly candidate: string;
  readonly fits: boolean;
  readonly why: string;
}

export interface Refusal {
  readonly serverId: string;
  readonly server: string;
  readonly kind: Demand["kind"];
  readonly reasons: readonly Reason[];
}
