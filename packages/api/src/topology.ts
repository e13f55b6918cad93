import { z } from "zod";
import { Id, Name } from "./common.ts";
import { HostState } from "./host.ts";
import { MachineInfo } from "./machine.ts";
import { NetworkInfo } from "./network.ts";
import { type Contract, route } from "./route.ts";
import { ServerState } from "./server.ts";

const Count = z.number().int();

/** Machines that are alike are told together: 2,400 of them are a few rows for each enclosure. */
const MachineTally = MachineInfo.pick({ state: true, health: true, maintenance: true }).extend({ count: Count });

/** Where servers land: an enclosure, a host, or the machines that stand in no enclosure. */
const Place = z.object({
  kind: z.enum(["enclosure", "host", "alone"]),
  name: z.string(),
  bays: Count.nullable().describe("of an enclosure"),
  machines: z.array(MachineTally).describe("of an enclosure, and those that stand alone"),
  host: z
    .object({ state: HostState, stateReason: z.string().nullable(), maintenance: z.boolean() })
    .nullable()
    .describe("of a host"),
  storage: z
    .object({ pool: z.string(), totalGiB: Count.nullable(), promisedGiB: Count })
    .nullable()
    .describe("where a host keeps the disks of its servers"),
  servers: z.array(z.object({ state: ServerState, count: Count })).describe("what has landed there"),
  networks: z.array(z.object({ name: z.string(), servers: Count })).describe("networks that those servers are in"),
});

export const Topology = z.object({
  sites: z.array(
    z.object({
      id: Id,
      name: z.string(),
      places: z.array(Place),
      networks: z.array(NetworkInfo.pick({ name: true, cidr: true, vlan: true, pxe: true, addresses: true })),
      complete: z.boolean().describe("false when it has more places than are told"),
    }),
  ),
});
export type Topology = z.output<typeof Topology>;

export const topologyContract = {
  getTopology: route({
    method: "GET",
    path: "/v1/topology",
    tag: "sites",
    rule: "estate-read",
    summary: "What hangs together: sites, enclosures and hosts, the servers on them, networks and storage",
    query: z.strictObject({ site: Name.optional().describe("only this site") }),
    response: Topology,
    cli: { words: ["site", "topology"], example: "berth site topology --site lab" },
  }),
} satisfies Contract;
