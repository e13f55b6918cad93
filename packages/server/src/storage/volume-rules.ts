export interface DiskPlan {
  readonly name: string;
  readonly sizeGiB: number;
  readonly role: "boot" | "data" | "shared";
  /** The machine's own disk, or null where the host's storage pool takes it. */
  readonly on?: string | null;
}

/** Volumes bear the id of what owns them, so that a retry finds the first attempt's. */
export function volumeName(owner: { serverId: string; groupId?: string }, disk: DiskPlan): string {
  const id = disk.role === "shared" ? (owner.groupId ?? owner.serverId) : owner.serverId;
  return `berth-${id}-${disk.name}`;
}
