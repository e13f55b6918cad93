import { z } from "zod";
import { Cidr, Id, IpAddress, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const RangeKind = z
  .enum(["automatic", "discovery", "excluded"])
  .describe("automatic: given to servers; discovery: for strangers that boot; excluded: never used");

const Note = z.string().min(1).max(200);

export const NewRange = z.strictObject({
  kind: RangeKind,
  start: IpAddress.describe("first address"),
  end: IpAddress.describe("last address, included"),
  note: Note.optional(),
});

export const RangeInfo = z.object({
  id: Id,
  kind: RangeKind,
  start: z.string(),
  end: z.string(),
  note: z.string().nullable(),
});

const Vlan = z.number().int().min(1).max(4094);
const Dns = z.array(IpAddress).max(8);
const DnsDomain = z
  .string()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "a domain in lower case, like lab.example.org",
  );

export const NewNetwork = z.strictObject({
  name: Name.describe("name of the network"),
  site: Name.describe("site where it is"),
  cidr: Cidr.describe("like 10.77.1.0/24"),
  vlan: Vlan.optional(),
  gateway: IpAddress.optional(),
  dns: Dns.default([]).describe("name servers for its servers"),
  domain: DnsDomain.optional().describe("DNS domain of its servers"),
  pxe: z.boolean().default(false).describe("machines boot from this network"),
  ranges: z.array(NewRange).max(64).default([]),
});

export const NetworkInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  site: z.string(),
  cidr: z.string(),
  vlan: z.number().int().nullable(),
  gateway: z.string().nullable(),
  dns: z.array(z.string()),
  domain: z.string().nullable(),
  pxe: z.boolean(),
  ranges: z.array(RangeInfo),
  addresses: z.object({
    held: z.number().int().describe("addresses that somebody holds, now or later"),
    automatic: z.number().int().describe("addresses in its automatic ranges"),
  }),
  createdAt: Timestamp,
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

export const networkContract = {
  listNetworks: route({
    method: "GET",
    path: "/v1/networks",
    tag: "networks",
    rule: "signed-in",
    summary: "Networks that servers can join",
    query: listQuery({ site: Name.optional(), pxe: z.stringbool().optional() }, ["name", "createdAt"]),
    response: pageOf(NetworkInfo),
    cli: {
      words: ["network", "list"],
      columns: ["name", "site", "cidr", "vlan", "gateway", "pxe", "addresses.held", "addresses.automatic"],
      example: "berth network list --site lab",
    },
  }),
  getNetwork: route({
    method: "GET",
    path: "/v1/networks/{id}",
    tag: "networks",
    rule: "signed-in",
    summary: "One network with its ranges",
    params,
    response: NetworkInfo,
    cli: { words: ["network", "show"], args: ["id"], example: "berth network show lan" },
  }),
  createNetwork: route({
    method: "POST",
    path: "/v1/networks",
    tag: "networks",
    rule: "operate",
    summary: "Record a network and the ranges that Berth may give out",
    body: NewNetwork,
    response: NetworkInfo,
    status: 201,
    cli: {
      words: ["network", "create"],
      args: ["name"],
      example: "berth network create lan --site lab --cidr 10.77.1.0/24 --gateway 10.77.1.1 --pxe",
    },
  }),
  createNetworks: route({
    method: "POST",
    path: "/v1/networks/bulk",
    tag: "networks",
    rule: "operate",
    summary: "Record many networks at once: all of them, or none",
    body: z.strictObject({ items: z.array(NewNetwork).min(1).max(500) }),
    response: z.object({ items: z.array(NetworkInfo) }),
    status: 201,
  }),
  updateNetwork: route({
    method: "PATCH",
    path: "/v1/networks/{id}",
    tag: "networks",
    rule: "operate",
    summary: "Change a network; servers that have been given an address keep it",
    params,
    body: z.strictObject({
      vlan: Vlan.nullable().optional(),
      gateway: IpAddress.nullable().optional(),
      dns: Dns.optional(),
      domain: DnsDomain.nullable().optional(),
      pxe: z.boolean().optional(),
    }),
    response: NetworkInfo,
    versioned: true,
    cli: { words: ["network", "update"], args: ["id"], example: "berth network update lan --dns 10.77.1.1" },
  }),
  deleteNetwork: route({
    method: "DELETE",
    path: "/v1/networks/{id}",
    tag: "networks",
    rule: "operate",
    summary: "Forget a network; refused while anybody holds one of its addresses or a template names it",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["network", "delete"], args: ["id"], example: "berth network delete lan" },
  }),
  addNetworkRange: route({
    method: "POST",
    path: "/v1/networks/{id}/ranges",
    tag: "networks",
    rule: "operate",
    summary: "Give a network another range of addresses",
    params,
    body: NewRange,
    response: NetworkInfo,
    status: 201,
    cli: {
      words: ["network", "add-range"],
      args: ["id"],
      example: "berth network add-range lan --kind automatic --start 10.77.1.100 --end 10.77.1.199",
    },
  }),
  removeNetworkRange: route({
    method: "DELETE",
    path: "/v1/networks/{id}/ranges/{range}",
    tag: "networks",
    rule: "operate",
    summary: "Take a range away; addresses already given out of it stay with their servers",
    params: params.extend({ range: Id.describe("id of the range") }),
    response: NetworkInfo,
    cli: {
      words: ["network", "remove-range"],
      args: ["id", "range"],
      example: "berth network remove-range lan 0198c0de-0000-7000-8000-000000000001",
    },
  }),
} satisfies Contract;
