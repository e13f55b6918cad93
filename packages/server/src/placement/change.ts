import type { Demand } from "./demand.ts";
import { addUse } from "./fit.ts";
import type { HostCandidate, MachineCandidate, Picture, Use } from "./picture.ts";

/** What would have to be different in a pool, all of it together. */
export interface Change {
  /** Candidates that would have to stop being barred. */
  readonly free: readonly { readonly name: string; readonly barred: string }[];
  /** Hosts with that much more room than they have. */
  readonly grow: readonly { readonly host: string; readonly more: Use }[];
  readonly machines: readonly MachineNeed[];
  readonly hosts: readonly HostNeed[];
}

export interface MachineNeed {
  readonly siteId: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly firmware: Demand["firmware"];
  readonly disksGiB: readonly number[];
  readonly nicCount: number;
}

export interface HostNeed extends Use {
  readonly siteId: string;
  /** Names of the networks that it must be joined to. */
  readonly networks: readonly string[];
}

export const NO_CHANGE: Change = { free: [], grow: [], machines: [], hosts: [] };

/** The pool as it would be then. */
export function applyChange(picture: Picture, change: Change): Picture {
  const isFree = (name: string) => change.free.some((entry) => entry.name === name);
  const moreOf = (name: string) => change.grow.find((entry) => entry.host === name)?.more;
  const machines = picture.machines.map((machine) => (isFree(machine.name) ? { ...machine, barred: null } : machine));
  const hosts = picture.hosts.map((host) => {
    const more = moreOf(host.name);
    const grown = more === undefined ? host : { ...host, ...addUse(host, more) };
    return isFree(host.name) ? { ...grown, barred: null } : grown;
  });
  return {
    ...picture,
    machines: [...machines, ...change.machines.map(newMachine)],
    hosts: [...hosts, ...change.hosts.map(newHost)],
  };
}

const GIB = 1024 ** 3;

function newMachine(need: MachineNeed, i: number): MachineCandidate {
  return {
    id: `new-machine-${i}`,
    name: `new-machine-${i}`,
    siteId: need.siteId,
    cores: need.cores,
    memoryMiB: need.memoryMiB,
    firmware: need.firmware,
    disks: need.disksGiB.map((size, d) => ({ id: `disk${d}`, sizeBytes: size * GIB })),
    nicCount: need.nicCount,
    barred: null,
  };
}

function newHost({ siteId, networks, ...room }: HostNeed, i: number): HostCandidate {
  const name = `new-host-${i}`;
  return { id: name, name, siteId, ...room, used: { cores: 0, memoryMiB: 0, storageGiB: 0 }, networks, barred: null };
}

/** A sentence that an administrator can act on. */
export function changeText(picture: Picture, change: Change): string {
  const [blocked] = change.free;
  if (blocked !== undefined)
    return `pool ${picture.pool} would hold it if this were over: ${blocked.name} ${blocked.barred}`;
  const machines = Map.groupBy(change.machines.map(machineText), (text) => text);
  const parts = [
    ...[...machines].map(
      ([text, same]) => `${same.length} more ${same.length === 1 ? "machine" : "machines"} with ${text}`,
    ),
    ...change.grow.map(({ host, more }) => `${useText(more)} more on host ${host}`),
    ...change.hosts.map((host) => `another host with ${useText(host)} free${joinedText(host.networks)}`),
  ];
  return `pool ${picture.pool} would hold it with ${parts.join(", and ")}`;
}

function machineText(need: MachineNeed): string {
  const disks = need.disksGiB.length === 1 ? "a disk" : `${need.disksGiB.length} disks`;
  return [
    coresText(need.cores),
    memoryText(need.memoryMiB),
    ...(need.disksGiB.length > 0 ? [`${disks} of ${need.disksGiB.join(" and ")} GiB`] : []),
    ...(need.nicCount > 1 ? [`${need.nicCount} NICs`] : []),
    ...(need.firmware === null ? [] : [`${need.firmware.toUpperCase()} firmware`]),
  ].join(", ");
}

function useText(use: Use): string {
  return [
    ...(use.cores > 0 ? [coresText(use.cores)] : []),
    ...(use.memoryMiB > 0 ? [memoryText(use.memoryMiB)] : []),
    ...(use.storageGiB > 0 ? [`${use.storageGiB} GiB of storage`] : []),
  ].join(", ");
}

function coresText(count: number): string {
  return count === 1 ? "1 core" : `${count} cores`;
}

function joinedText(networks: readonly string[]): string {
  return networks.length === 0 ? "" : `, joined to ${networks.join(" and ")}`;
}

function memoryText(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024} GiB of memory` : `${mib} MiB of memory`;
}
