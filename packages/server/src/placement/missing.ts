import { applyChange, type Change, type HostNeed, type MachineNeed, NO_CHANGE } from "./change.ts";
import type { Demand } from "./demand.ts";
import { addUse, NOTHING, useOf } from "./fit.ts";
import { type Laid, lay } from "./lay.ts";
import type { HostCandidate, Picture, Use } from "./picture.ts";

const MAX_TRIED = 20;
const MAX_FREED = 3;

/** Why nothing that is added to the pool would help; empty when something would. */
export function hopeless(picture: Picture, demands: readonly Demand[]): string[] {
  const reasons = demands.flatMap((demand) => {
    const networks = networksOf(picture, demand);
    if (networks.length < demand.networkIds.length)
      return [`pool ${picture.pool} lacks networks that ${demand.name} joins: give them to it first`];
    if (new Set(networks.map((network) => network.siteId)).size > 1)
      return [`${demand.name} joins networks of several sites, and no machine or host stands in two`];
    if (demand.kind === "physical" && demand.disks.some((disk) => disk.role === "shared"))
      return [`${demand.name} has a shared disk, which no machine has`];
    return [];
  });
  return [...new Set(reasons)];
}

/**
 * Changes of the pool of which each alone would do, tried out by laying everything again: first candidates that only
 * have to be given back, then what would have to be bought. `laid` is how it went without a change.
 */
export function missingFor(picture: Picture, demands: readonly Demand[], laid: Laid): Change[] {
  const freed = [...picture.machines, ...picture.hosts]
    .flatMap(({ name, barred }) => (barred === null ? [] : [{ ...NO_CHANGE, free: [{ name, barred }] }]))
    .slice(0, MAX_TRIED)
    .filter((change) => suffices(picture, demands, change))
    .slice(0, MAX_FREED);
  return [...freed, bought(picture, demands, laid)];
}

function suffices(picture: Picture, demands: readonly Demand[], change: Change): boolean {
  return lay(applyChange(picture, change), demands).refused.length === 0;
}

function bought(picture: Picture, demands: readonly Demand[], laid: Laid): Change {
  const withMachines = { ...NO_CHANGE, machines: neededMachines(picture, demands, laid) };
  const then = lay(applyChange(picture, withMachines), demands);
  const homeless = then.refused.map(({ demand }) => demand);
  if (homeless.length === 0) return withMachines;
  const wanted = homeless.map(useOf).reduce(addUse, NOTHING);
  const grown = picture.hosts
    .filter((host) => host.barred === null && homeless.every((demand) => reaches(picture, host, demand)))
    .map((host) => ({ host: host.name, more: shortOf(wanted, then.left.get(host.id) ?? NOTHING) }))
    .sort(
      (a, b) =>
        a.more.memoryMiB - b.more.memoryMiB || a.more.cores - b.more.cores || a.more.storageGiB - b.more.storageGiB,
    )
    .slice(0, MAX_TRIED)
    .map((grow) => ({ ...withMachines, grow: [grow] }))
    .find((change) => suffices(picture, demands, change));
  if (grown !== undefined) return grown;
  const withHost = { ...withMachines, hosts: hostsFor(picture, homeless) };
  if (suffices(picture, demands, withHost)) return withHost;
  // Others moved to the new host, and something else no longer fits: one with room for everything that is no machine's.
  return {
    ...withMachines,
    hosts: hostsFor(
      picture,
      demands.filter((demand) => demand.kind !== "physical"),
    ),
  };
}

/** A machine made to measure for each physical demand that found none. */
function neededMachines(picture: Picture, demands: readonly Demand[], laid: Laid): MachineNeed[] {
  const physical = demands.filter((demand) => demand.kind === "physical");
  const refusedIn = (result: Laid) =>
    result.refused.flatMap(({ demand }) => (demand.kind === "physical" ? [machineFor(picture, demand)] : []));
  const needs = refusedIn(laid);
  for (let round = 0; round < physical.length; round += 1) {
    const more = refusedIn(lay(applyChange(picture, { ...NO_CHANGE, machines: needs }), physical));
    if (more.length === 0) return needs;
    needs.push(...more);
  }
  return physical.map((demand) => machineFor(picture, demand));
}

function machineFor(picture: Picture, demand: Demand): MachineNeed {
  return {
    siteId: siteOf(picture, demand),
    cores: demand.cores,
    memoryMiB: demand.memoryMiB,
    firmware: demand.firmware,
    disksGiB: demand.disks.map((disk) => disk.sizeGiB),
    nicCount: demand.networkIds.length,
  };
}

/** One host per site with room for all that can only lie there, and for all that lie anywhere on each. */
function hostsFor(picture: Picture, demands: readonly Demand[]): HostNeed[] {
  const anywhere = demands.filter((demand) => demand.networkIds.length === 0);
  const sites = new Set(
    demands.filter((demand) => demand.networkIds.length > 0).map((demand) => siteOf(picture, demand)),
  );
  const [first] = anywhere;
  if (sites.size === 0 && first !== undefined) sites.add(siteOf(picture, first));
  return [...sites].map((siteId) => {
    const members = demands.filter((demand) => demand.networkIds.length === 0 || siteOf(picture, demand) === siteId);
    const networks = members.flatMap((demand) => networksOf(picture, demand).map((network) => network.name));
    return { siteId, ...members.map(useOf).reduce(addUse, NOTHING), networks: [...new Set(networks)] };
  });
}

function networksOf(picture: Picture, demand: Demand) {
  return demand.networkIds.flatMap((id) => picture.networks.find((network) => network.id === id) ?? []);
}

function siteOf(picture: Picture, demand: Demand): string {
  const [network] = networksOf(picture, demand);
  return (network ?? picture.networks[0] ?? picture.hosts[0] ?? picture.machines[0])?.siteId ?? "";
}

function reaches(picture: Picture, host: HostCandidate, demand: Demand): boolean {
  return networksOf(picture, demand).every(
    (network) => network.siteId === host.siteId && host.networks.includes(network.name),
  );
}

function shortOf(wanted: Use, left: Use): Use {
  return {
    cores: Math.max(0, wanted.cores - left.cores),
    memoryMiB: Math.max(0, wanted.memoryMiB - left.memoryMiB),
    storageGiB: Math.max(0, wanted.storageGiB - left.storageGiB),
  };
}
