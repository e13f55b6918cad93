import type { Demand, DiskDemand } from "./demand.ts";
import type { HostCandidate, MachineCandidate, NetworkCandidate, Use } from "./picture.ts";

/** Whether one demand fits one candidate; `why` is the first need that failed, with wanted and free, or what was spare. */
export type Fit =
  | {
      readonly fits: true;
      readonly why: string;
      readonly waste: readonly number[];
      readonly disks: readonly DiskChoice[];
    }
  | { readonly fits: false; readonly why: string };

export interface DiskChoice {
  readonly name: string;
  readonly on: string | null;
}

export const NOTHING: Use = { cores: 0, memoryMiB: 0, storageGiB: 0 };

const GIB = 1024 ** 3;

export function fitMachine(demand: Demand, machine: MachineCandidate, networks: readonly NetworkCandidate[]): Fit {
  if (machine.barred !== null) return no(machine.barred);
  if (machine.cores < demand.cores) return no(`needs ${cores(demand.cores)}, has ${machine.cores}`);
  if (machine.memoryMiB < demand.memoryMiB)
    return no(`needs ${demand.memoryMiB} MiB of memory, has ${machine.memoryMiB} MiB`);
  if (machine.nicCount < demand.networkIds.length)
    return no(`needs ${demand.networkIds.length} NICs, has ${machine.nicCount}`);
  if (demand.firmware !== null && machine.firmware !== null && demand.firmware !== machine.firmware)
    return no(`needs ${demand.firmware.toUpperCase()} firmware, has ${machine.firmware.toUpperCase()}`);
  const missing = unreachable(demand, networks, (network) => network.siteId === machine.siteId);
  if (missing !== null) return no(missing);
  if (demand.disks.some((disk) => disk.role === "shared"))
    return no("shared disks need a host's storage: a machine's own disk is its own");
  const disks = chooseDisks(demand.disks, machine.disks);
  if ("why" in disks) return no(disks.why);
  const waste = [
    machine.cores - demand.cores,
    machine.memoryMiB - demand.memoryMiB,
    disks.wasteGiB,
    machine.nicCount - demand.networkIds.length,
  ];
  return { fits: true, waste, disks: disks.chosen, why: `has ${waste[0]} cores and ${waste[1]} MiB more than needed` };
}

/** `planned` is what this same round has already laid on the host. */
export function fitHost(demand: Demand, host: HostCandidate, planned: Use, networks: readonly NetworkCandidate[]): Fit {
  if (host.barred !== null) return no(host.barred);
  const free = freeOf(host, planned);
  const storageGiB = storageOf(demand);
  if (free.cores < demand.cores)
    return no(`needs ${cores(demand.cores)}, has ${Math.max(0, free.cores)} free of ${host.cores}`);
  if (free.memoryMiB < demand.memoryMiB)
    return no(
      `needs ${demand.memoryMiB} MiB of memory, has ${Math.max(0, free.memoryMiB)} MiB free of ${host.memoryMiB} MiB`,
    );
  if (free.storageGiB < storageGiB)
    return no(
      `needs ${storageGiB} GiB of storage, has ${Math.max(0, free.storageGiB)} GiB free of ${host.storageGiB} GiB`,
    );
  const missing = unreachable(
    demand,
    networks,
    (network) => network.siteId === host.siteId && host.networks.includes(network.name),
  );
  if (missing !== null) return no(missing);
  const waste = [free.memoryMiB - demand.memoryMiB, free.cores - demand.cores, free.storageGiB - storageGiB];
  return {
    fits: true,
    waste,
    disks: demand.disks.map((disk) => ({ name: disk.name, on: null })),
    why: `keeps ${waste[1]} cores and ${waste[0]} MiB free`,
  };
}

/** What a demand takes of a host. */
export function useOf(demand: Demand): Use {
  return { cores: demand.cores, memoryMiB: demand.memoryMiB, storageGiB: storageOf(demand) };
}

export function addUse(a: Use, b: Use): Use {
  return { cores: a.cores + b.cores, memoryMiB: a.memoryMiB + b.memoryMiB, storageGiB: a.storageGiB + b.storageGiB };
}

function storageOf(demand: Demand): number {
  return demand.disks.reduce((sum, disk) => sum + disk.sizeGiB, 0);
}

/** What is left of a host beside what others hold and what is `planned`. */
export function freeOf(host: HostCandidate, planned: Use): Use {
  const used = addUse(host.used, planned);
  return {
    cores: host.cores - used.cores,
    memoryMiB: host.memoryMiB - used.memoryMiB,
    storageGiB: host.storageGiB - used.storageGiB,
  };
}

function unreachable(
  demand: Demand,
  networks: readonly NetworkCandidate[],
  reaches: (n: NetworkCandidate) => boolean,
): string | null {
  for (const id of demand.networkIds) {
    const network = networks.find((candidate) => candidate.id === id);
    if (network === undefined) return "the pool lacks one of the networks";
    if (!reaches(network)) return `does not reach network ${network.name}`;
  }
  return null;
}

/**
 * The smallest disk that is large enough for each; largest wish first, which fits whenever anything does, since a disk
 * that takes a larger volume takes a smaller one too.
 */
function chooseDisks(
  wanted: readonly DiskDemand[],
  have: MachineCandidate["disks"],
): { why: string } | { chosen: DiskChoice[]; wasteGiB: number } {
  if (wanted.length > have.length) return { why: `needs ${wanted.length} disks, has ${have.length}` };
  const left = [...have].sort((a, b) => a.sizeBytes - b.sizeBytes);
  const chosen = new Map<string, string>();
  const spare: number[] = [];
  for (const disk of [...wanted].sort((a, b) => b.sizeGiB - a.sizeGiB)) {
    const at = left.findIndex((candidate) => candidate.sizeBytes >= disk.sizeGiB * GIB);
    const [taken] = at === -1 ? [] : left.splice(at, 1);
    if (taken === undefined)
      return { why: `needs a disk of ${disk.sizeGiB} GiB for ${disk.name}, has none free that large` };
    chosen.set(disk.name, taken.id);
    spare.push(taken.sizeBytes / GIB - disk.sizeGiB);
  }
  const wasteGiB = Math.round(spare.reduce((sum, gib) => sum + gib, 0));
  return { chosen: wanted.map((disk) => ({ name: disk.name, on: chosen.get(disk.name) ?? null })), wasteGiB };
}

function cores(count: number): string {
  return count === 1 ? "1 core" : `${count} cores`;
}

function no(why: string): Fit {
  return { fits: false, why };
}
