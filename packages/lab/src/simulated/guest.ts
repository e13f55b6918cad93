import type { Duplex } from "node:stream";
import type { Seed } from "./seed.ts";
import type { SystemMemory } from "./system-disk.ts";

/** A running system: who it is, and where it answers. */
export interface Guest {
  readonly id: string;
  readonly hostname: string;
  readonly bootId: string;
  readonly nics: readonly { readonly name: string; readonly mac: string; readonly ips: readonly string[] }[];
  readonly hostKeys: readonly string[];
  readonly users: Seed["users"];
  readonly memory: SystemMemory;
  /** Open connections, which end with it. */
  readonly sockets: Set<Duplex>;
}

/** All running systems of the lab, by address. */
export interface GuestBook {
  up(guest: Guest): void;
  down(id: string): void;
  at(ip: string): Guest | null;
  all(): readonly Guest[];
}

export function guestBook(): GuestBook {
  const byId = new Map<string, Guest>();
  const byIp = new Map<string, Guest>();
  const addressesOf = (guest: Guest) => guest.nics.flatMap((nic) => nic.ips);

  function down(id: string): void {
    const guest = byId.get(id);
    if (guest === undefined) return;
    byId.delete(id);
    for (const ip of addressesOf(guest)) if (byIp.get(ip) === guest) byIp.delete(ip);
    for (const socket of guest.sockets) socket.destroy();
  }

  return {
    up(guest) {
      down(guest.id);
      byId.set(guest.id, guest);
      for (const ip of addressesOf(guest)) byIp.set(ip, guest);
    },
    down,
    at: (ip) => byIp.get(ip) ?? null,
    all: () => [...byId.values()],
  };
}

/** What cloud-init makes of the seed on these cards: an address only where the seed names a card that is there. */
export function bootGuest(machine: {
  readonly id: string;
  readonly seed: Seed | null;
  readonly macs: readonly string[];
  readonly bootId: string;
  readonly memory: SystemMemory;
  dhcp(mac: string): string | null;
}): Guest {
  const { seed } = machine;
  const nics = machine.macs.map((mac, i) => {
    const wanted = seed?.nics.find((nic) => nic.mac === mac);
    const leased = wanted?.dhcp ? machine.dhcp(mac) : null;
    return { name: `eth${i}`, mac, ips: [...(wanted?.addresses ?? []), ...(leased === null ? [] : [leased])] };
  });
  return {
    id: machine.id,
    hostname: seed?.hostname ?? "localhost",
    bootId: machine.bootId,
    nics,
    hostKeys: seed?.hostKeys ?? [],
    users: seed?.users ?? [],
    memory: machine.memory,
    sockets: new Set(),
  };
}
