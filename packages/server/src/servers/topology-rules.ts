import type { Topology } from "@berth/api/topology.ts";
import type { z } from "zod";

type Place = z.input<typeof Topology>["sites"][number]["places"][number];

/** Where something was counted: in an enclosure, on a host, or at neither, which is a machine that stands alone. */
interface At {
  readonly enclosure_id: string | null;
  readonly host_id: string | null;
}

/** What the tables say about one site. */
export interface PlaceFacts {
  readonly enclosures: readonly { readonly id: string; readonly name: string; readonly bays: number }[];
  readonly hosts: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: NonNullable<Place["host"]>["state"];
    readonly state_reason: string | null;
    readonly maintenance: boolean;
    readonly storage_pool: string;
    readonly storage_gib: number | null;
    readonly promised_gib: number;
  }[];
  readonly machines: readonly (Place["machines"][number] & { readonly enclosure_id: string | null })[];
  readonly servers: readonly (Place["servers"][number] & At)[];
  readonly networks: readonly ({ readonly name: string; readonly count: number } & At)[];
}

/** The places of a site: its enclosures, its hosts, and one for all machines that stand in no enclosure. */
export function assemblePlaces(facts: PlaceFacts): Place[] {
  const machines = Map.groupBy(facts.machines, (row) => row.enclosure_id);
  const servers = Map.groupBy(facts.servers, placeKey);
  const networks = Map.groupBy(facts.networks, placeKey);
  const machinesOf = (enclosureId: string | null) =>
    (machines.get(enclosureId) ?? []).map(({ enclosure_id: _, ...tally }) => tally);
  const landedAt = (at: At) => ({
    servers: (servers.get(placeKey(at)) ?? []).map(({ state, count }) => ({ state, count })),
    networks: (networks.get(placeKey(at)) ?? []).map(({ name, count }) => ({ name, servers: count })),
  });
  const enclosures = facts.enclosures.map(
    ({ id, name, bays }): Place => ({
      kind: "enclosure",
      name,
      bays,
      machines: machinesOf(id),
      host: null,
      storage: null,
      ...landedAt({ enclosure_id: id, host_id: null }),
    }),
  );
  const hosts = facts.hosts.map(
    (host): Place => ({
      kind: "host",
      name: host.name,
      bays: null,
      machines: [],
      host: { state: host.state, stateReason: host.state_reason, maintenance: host.maintenance },
      storage: { pool: host.storage_pool, totalGiB: host.storage_gib, promisedGiB: host.promised_gib },
      ...landedAt({ enclosure_id: null, host_id: host.id }),
    }),
  );
  const loose = machinesOf(null);
  const alone: Place = {
    kind: "alone",
    name: "machines that stand alone",
    bays: null,
    machines: loose,
    host: null,
    storage: null,
    ...landedAt({ enclosure_id: null, host_id: null }),
  };
  return [...enclosures, ...hosts, ...(loose.length === 0 ? [] : [alone])];
}

function placeKey({ enclosure_id, host_id }: At): string {
  return enclosure_id ?? host_id ?? "alone";
}
