import type { Picture } from "../placement/picture.ts";

/** What of a pool is free for a whole time. */
export interface Availability {
  readonly pool: string;
  readonly physical: { readonly free: number; readonly total: number };
  readonly virtual: {
    readonly hosts: number;
    readonly coresFree: number;
    readonly coresTotal: number;
    readonly memoryMiBFree: number;
    readonly memoryMiBTotal: number;
    readonly storageGiBFree: number;
    readonly storageGiBTotal: number;
  };
}

/** Sums a picture up. Hosts and machines that are barred count as what there is, but not as free. */
export function availabilityOf(picture: Pick<Picture, "pool" | "machines" | "hosts">): Availability {
  const { machines, hosts } = picture;
  const open = hosts.filter((host) => host.barred === null);
  const total = (key: "cores" | "memoryMiB" | "storageGiB") => hosts.reduce((sum, host) => sum + host[key], 0);
  const free = (key: "cores" | "memoryMiB" | "storageGiB") =>
    open.reduce((sum, host) => sum + Math.max(0, host[key] - host.used[key]), 0);
  return {
    pool: picture.pool,
    physical: { free: machines.filter((machine) => machine.barred === null).length, total: machines.length },
    virtual: {
      hosts: open.length,
      coresFree: free("cores"),
      coresTotal: total("cores"),
      memoryMiBFree: free("memoryMiB"),
      memoryMiBTotal: total("memoryMiB"),
      storageGiBFree: free("storageGiB"),
      storageGiBTotal: total("storageGiB"),
    },
  };
}
