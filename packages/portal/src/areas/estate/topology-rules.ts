import type { Topology } from "@berth/api/topology.ts";
import type { Tone } from "../../kit/state-rules.ts";
import { type Look, lookOf } from "./bay-rules.ts";

export type Place = Topology["sites"][number]["places"][number];

export interface Slice extends Look {
  readonly count: number;
}

/** The order in which a bar is read: what is broken first, what is free last. */
const TONE_ORDER: readonly Tone[] = ["bad", "waiting", "busy", "good", "idle"];

/** The machines or servers of a place by how they look, the worst first; empty bays last. */
export function slicesOf(place: Place): Slice[] {
  const slices = new Map<string, Slice>();
  const add = (look: Look, count: number) => {
    const known = slices.get(look.word);
    slices.set(look.word, { ...look, count: (known?.count ?? 0) + count });
  };
  for (const tally of place.machines) add(lookOf(tally), tally.count);
  const empty = (place.bays ?? 0) - machineCount(place);
  if (place.bays !== null && empty > 0) add({ tone: "idle", word: "empty" }, empty);
  return [...slices.values()].sort((a, b) => TONE_ORDER.indexOf(a.tone) - TONE_ORDER.indexOf(b.tone));
}

export function machineCount(place: Place): number {
  return place.machines.reduce((sum, { count }) => sum + count, 0);
}

export function serverCount(place: Place): number {
  return place.servers.reduce((sum, { count }) => sum + count, 0);
}

/** One word for a place: the worst of what is in it. */
export function healthOf(place: Place): Look {
  const { host } = place;
  if (host !== null) {
    if (host.state === "unreachable" || host.state === "failed") return { tone: "bad", word: host.state };
    if (host.maintenance) return { tone: "waiting", word: "maintenance" };
  }
  const failedServers = place.servers.find(({ state }) => state === "failed")?.count ?? 0;
  const [worst] = slicesOf(place).filter(({ tone }) => tone === "bad" || tone === "waiting");
  if (worst?.tone === "bad") return { tone: "bad", word: `${worst.count} ${worst.word}` };
  if (failedServers > 0)
    return { tone: "bad", word: `${failedServers} ${failedServers === 1 ? "server" : "servers"} failed` };
  if (worst !== undefined) return { tone: "waiting", word: `${worst.count} ${worst.word}` };
  return { tone: "good", word: "healthy" };
}

export interface PlaceFilter {
  readonly search: string;
  readonly isAttentionOnly: boolean;
  /** Only places with servers in this network. */
  readonly network: string | null;
}

export function filterPlaces(places: readonly Place[], { search, isAttentionOnly, network }: PlaceFilter): Place[] {
  const wanted = search.trim().toLowerCase();
  return places.filter(
    (place) =>
      place.name.toLowerCase().includes(wanted) &&
      (!isAttentionOnly || healthOf(place).tone !== "good") &&
      (network === null || place.networks.some(({ name }) => name === network)),
  );
}

/** `3 of 16 bays filled · 2 servers`: what a place holds, in words. */
export function placeWords(place: Place): string {
  const servers = countOf(serverCount(place), "server");
  switch (place.kind) {
    case "enclosure":
      return `${machineCount(place)} of ${place.bays ?? 0} bays filled · ${servers}`;
    case "alone":
      return `${countOf(machineCount(place), "machine")} · ${servers}`;
    case "host":
      return servers;
  }
}

export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** Servers by state, over places. */
export function serverTallies(places: readonly Place[]): { state: string; count: number }[] {
  const tallies = new Map<string, number>();
  for (const { state, count } of places.flatMap(({ servers }) => servers)) {
    tallies.set(state, (tallies.get(state) ?? 0) + count);
  }
  return [...tallies].map(([state, count]) => ({ state, count }));
}

export interface Store {
  readonly pool: string;
  readonly hosts: number;
  readonly totalGiB: number;
  readonly promisedGiB: number;
}

/** Storage pools by name: hosts that are set up alike have pools of the same name. */
export function storageOf(places: readonly Place[]): Store[] {
  const stores = new Map<string, Store>();
  for (const { storage } of places) {
    if (storage === null) continue;
    const known = stores.get(storage.pool);
    stores.set(storage.pool, {
      pool: storage.pool,
      hosts: (known?.hosts ?? 0) + 1,
      totalGiB: (known?.totalGiB ?? 0) + (storage.totalGiB ?? 0),
      promisedGiB: (known?.promisedGiB ?? 0) + storage.promisedGiB,
    });
  }
  return [...stores.values()];
}
