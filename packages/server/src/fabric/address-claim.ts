import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import {
  type Address,
  type AddressRange,
  candidateBlocks,
  contains,
  formatAddress,
  parseAddress,
  parseCidr,
  type Subnet,
  subtract,
  usableRange,
} from "./address-rules.ts";
import { claimFirstFree, type During, effective, insertUnlessTaken, lockValue, rangeOf } from "./occupancy.ts";

export interface AddressWish {
  readonly networkId: string;
  readonly serverId: string;
  /** The server's NIC, from 0. */
  readonly nic: number;
  readonly mode: "automatic" | "static" | "dhcp";
  /** For `static` only. */
  readonly address?: string | null;
  readonly during: During;
}

export interface ClaimedAddress {
  /** Null only for `dhcp` on a network without automatic ranges: somebody else's DHCP decides. */
  readonly ip: string | null;
  readonly prefix: number;
  readonly gateway: string | null;
  readonly dns: string[];
}

interface NetworkPlan {
  readonly id: string;
  readonly name: string;
  readonly subnet: Subnet;
  readonly gateway: string | null;
  readonly dns: string[];
  readonly ranges: readonly (AddressRange & { readonly kind: "automatic" | "discovery" | "excluded" })[];
}

/**
 * Takes an address for one NIC of a server; asking again answers the same. With `dhcp` the address is taken as with
 * `automatic` and given to the guest by our DHCP service.
 * Throws `not_found` for an unknown network, `conflict` for a static address that is held, `insufficient_capacity`
 * when no address is free.
 */
export async function claimAddress(tx: Tx, wish: AddressWish): Promise<ClaimedAddress> {
  const network = await readNetworkPlan(tx, wish.networkId);
  const answer = (ip: string | null): ClaimedAddress => ({
    ip,
    prefix: network.subnet.prefix,
    gateway: network.gateway,
    dns: network.dns,
  });
  const held = await heldBy(tx, wish.serverId, wish.nic);
  if (held !== null) return answer(held);
  if (wish.mode === "static") return answer(await claimStatic(tx, network, wish));
  if (wish.mode === "dhcp" && !network.ranges.some((range) => range.kind === "automatic")) return answer(null);
  return answer(await claimAutomatic(tx, network, wish));
}

async function claimAutomatic(tx: Tx, network: NetworkPlan, wish: AddressWish): Promise<string> {
  const free = automaticRanges(network);
  const address = await claimFirstFree(tx, {
    blocks: candidateBlocks(free, await highestHeld(tx, network, free)),
    lockKey: (value) => addressKey(network.id, formatAddress(value)),
    free: (block) => freeOf(tx, network.id, block, wish.during),
    insert: (value) => insertAddress(tx, wish, formatAddress(value)),
  });
  if (address !== null) return formatAddress(address);
  throw new AppError("insufficient_capacity", `no address of network ${network.name} is free at that time`, {
    reasons: [
      `network ${network.name} has no free address in its automatic ranges; give it another range with "berth network add-range"`,
    ],
  });
}

async function claimStatic(tx: Tx, network: NetworkPlan, wish: AddressWish): Promise<string> {
  const address = parseAddress(wish.address ?? "");
  if (address === null) throw new AppError("invalid_request", `${wish.address ?? "nothing"} is not an IP address`);
  const ip = formatAddress(address);
  if (!contains(usableRange(network.subnet), address))
    throw new AppError("invalid_request", `address ${ip} is not one that a server of network ${network.name} can have`);
  if (ip === network.gateway)
    throw new AppError("invalid_request", `address ${ip} is the gateway of network ${network.name}`);
  const excluded = network.ranges.some((range) => range.kind === "excluded" && contains(range, address));
  if (excluded) throw new AppError("conflict", `address ${ip} of network ${network.name} is in an excluded range`);
  await lockValue(tx, addressKey(network.id, ip));
  const [free] = await freeOf(tx, network.id, [address], wish.during);
  if (free !== undefined && (await insertUnlessTaken(tx, () => insertAddress(tx, wish, ip)))) return ip;
  throw new AppError(
    "conflict",
    `address ${ip} of network ${network.name} is held by something else at that time: what has a static address can be deployed once at a time`,
  );
}

/** Whoever takes an address locks this first. */
export function addressKey(networkId: string, ip: string): string {
  return `address:${networkId}:${ip}`;
}

/** What may be given out: the automatic ranges without all that is kept for something else. */
function automaticRanges(network: NetworkPlan): AddressRange[] {
  const usable = usableRange(network.subnet);
  const single = (text: string): AddressRange[] => {
    const address = parseAddress(text);
    return address === null ? [] : [{ first: address, last: address }];
  };
  const outside = subtract(
    network.ranges.filter((range) => range.kind === "automatic"),
    [usable],
  );
  const kept = network.ranges.filter((range) => range.kind !== "automatic");
  const fixed = [network.gateway ?? "", ...network.dns].flatMap(single);
  return subtract(
    network.ranges.filter((range) => range.kind === "automatic"),
    [...outside, ...kept, ...fixed],
  );
}

/** Where to go on: addresses are given out upwards, and from the bottom again when the top is reached. */
async function highestHeld(tx: Tx, network: NetworkPlan, ranges: readonly AddressRange[]): Promise<Address | null> {
  const top = ranges.at(-1);
  if (top === undefined) return null;
  const { rows } = await sql<{ ip: string }>`
    select host(ip) as ip from address
    where network_id = ${network.id} and ip <= ${formatAddress(top.last)}::inet and server_id is not null
    order by ip desc limit 1`.execute(tx);
  return rows[0] === undefined ? null : parseAddress(rows[0].ip);
}

async function freeOf(tx: Tx, networkId: string, block: readonly Address[], during: During): Promise<Address[]> {
  const texts = block.map(formatAddress);
  const { rows } = await sql<{ ip: string }>`
    select host(ip) as ip from address
    where network_id = ${networkId} and ip = any(${texts}::inet[])
      and ${effective("during")} && ${rangeOf(during)}`.execute(tx);
  const taken = new Set(rows.map((row) => row.ip));
  return block.filter((_, i) => !taken.has(texts[i] ?? ""));
}

async function insertAddress(tx: Tx, wish: AddressWish, ip: string): Promise<void> {
  await sql`
    insert into address (id, network_id, ip, kind, server_id, nic, mode, during)
    values (${randomUUID()}, ${wish.networkId}, ${ip}::inet, 'server', ${wish.serverId}, ${wish.nic}, ${wish.mode}, ${rangeOf(wish.during)})
  `.execute(tx);
}

async function heldBy(tx: Tx, serverId: string, nic: number): Promise<string | null> {
  const { rows } = await sql<{ ip: string }>`
    select host(ip) as ip from address where server_id = ${serverId} and nic = ${nic}`.execute(tx);
  return rows[0]?.ip ?? null;
}

async function readNetworkPlan(tx: Tx, networkId: string): Promise<NetworkPlan> {
  const { rows } = await sql<{ name: string; cidr: string; gateway: string | null; dns: string[]; ranges: RangeRow[] }>`
    select n.name, n.cidr::text as cidr, host(n.gateway) as gateway,
      array(select host(d) from unnest(n.dns) d) as dns,
      coalesce((select json_agg(json_build_object('kind', r.kind, 'first', host(r.first_ip), 'last', host(r.last_ip)))
        from network_range r where r.network_id = n.id), '[]') as ranges
    from network n where n.id = ${networkId}`.execute(tx);
  const row = rows[0];
  const subnet = row === undefined ? null : parseCidr(row.cidr);
  if (row === undefined || subnet === null) throw new AppError("not_found", "there is no such network");
  return {
    id: networkId,
    name: row.name,
    subnet,
    gateway: row.gateway,
    dns: row.dns,
    ranges: row.ranges.flatMap(rangeOfRow),
  };
}

interface RangeRow {
  readonly kind: "automatic" | "discovery" | "excluded";
  readonly first: string;
  readonly last: string;
}

function rangeOfRow(row: RangeRow): NetworkPlan["ranges"] {
  const first = parseAddress(row.first);
  const last = parseAddress(row.last);
  return first === null || last === null ? [] : [{ kind: row.kind, first, last }];
}
