import type { usageContract } from "@berth/api/usage.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { networkRows, networkView } from "../fabric/network-list.ts";
import { effective } from "../fabric/occupancy.ts";
import { may } from "../identity/grants.ts";
import type { Db } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { poolRows } from "../pools/store.ts";
import { poolView } from "../pools/views.ts";

type Usage = z.input<typeof usageContract.getUsage.response>["items"][number];
type Share = Usage["shares"][number];

const MAX_POOLS = 200;
const MAX_SHARES = 100;

/** What the pools hold, and whose it is: by name for who looks after them, else one's own beside all others'. */
export async function usageOf(db: Db, actor: Actor): Promise<Usage[]> {
  const rows = await poolRows(db, actor).orderBy("sort_order").orderBy("name").limit(MAX_POOLS).execute();
  const pools = rows.map(poolView);
  const shares = await sharesOf(
    db,
    pools.map((pool) => pool.id),
  );
  const addresses = await addressesOf(db);
  return pools.map((pool) => {
    const own = shares.filter((share) => share.poolId === pool.id);
    const isOpen = may(actor, "estate-read", { poolId: pool.id });
    return {
      pool: pool.name,
      hosts: pool.hostCount,
      total: pool.total,
      promised: pool.promised,
      addresses: addresses(pool.id),
      shares: isOpen
        ? own.slice(0, MAX_SHARES).map(({ poolId: _, ownerId: __, ...share }) => share)
        : joined(own, actor),
    };
  });
}

const HELD_NOW = sql`r.released_at is null and ${effective("r.during")} @> now()`;

type ShareRow = Share & { readonly poolId: string; readonly ownerId: string | null };

/** Promises that hold at this moment on members of the pools, by owner of the service; the largest first. */
async function sharesOf(db: Db, poolIds: readonly string[]): Promise<ShareRow[]> {
  const { rows } = await sql<ShareRow>`
    with held as (
      select m.pool_id as pool_of, r.request_id, r.machine_id, r.host_id, r.cores, r.memory_mib, r.storage_gib
      from resource_pool_machine m join reservation r on r.machine_id = m.machine_id
      where m.pool_id = any(${poolIds}::uuid[]) and ${HELD_NOW}
      union all
      select h.pool_id, r.request_id, r.machine_id, r.host_id, r.cores, r.memory_mib, r.storage_gib
      from resource_pool_host h join reservation r on r.host_id = h.host_id
      where h.pool_id = any(${poolIds}::uuid[]) and ${HELD_NOW}
    )
    select h.pool_of as "poolId", s.owner_id as "ownerId", coalesce(u.name, 'nobody known') as who,
      count(distinct s.id) as services, count(h.machine_id) as machines,
      coalesce(sum(h.cores) filter (where h.host_id is not null), 0) as cores,
      coalesce(sum(h.memory_mib) filter (where h.host_id is not null), 0) as "memoryMiB",
      coalesce(sum(h.storage_gib) filter (where h.host_id is not null), 0) as "storageGiB"
    from held h
    left join request q on q.id = h.request_id
    left join service s on s.id = q.service_id
    left join berth_user u on u.id = s.owner_id
    group by h.pool_of, s.owner_id, u.name
    order by machines desc, cores desc, who`.execute(db);
  return rows;
}

function joined(shares: readonly ShareRow[], actor: Actor): Share[] {
  const isOwn = (share: ShareRow) => share.ownerId !== null && share.ownerId === actor.userId;
  return [
    sumOf("you", shares.filter(isOwn)),
    sumOf(
      "others",
      shares.filter((share) => !isOwn(share)),
    ),
  ];
}

function sumOf(who: string, shares: readonly ShareRow[]): Share {
  const sum = (key: Exclude<keyof Share, "who">) => shares.reduce((all, share) => all + share[key], 0);
  return {
    who,
    services: sum("services"),
    machines: sum("machines"),
    cores: sum("cores"),
    memoryMiB: sum("memoryMiB"),
    storageGiB: sum("storageGiB"),
  };
}

/** Of the ranges that addresses are given from; a pool that names no networks may use all. */
async function addressesOf(db: Db): Promise<(poolId: string) => Usage["addresses"]> {
  const networks = (await networkRows(db).execute()).map(networkView);
  const links = await db.selectFrom("resource_pool_network").select(["pool_id", "network_id"]).execute();
  return (poolId) => {
    const named = new Set(links.filter((link) => link.pool_id === poolId).map((link) => link.network_id));
    const own = networks.filter((network) => named.size === 0 || named.has(network.id));
    return {
      total: own.reduce((sum, network) => sum + network.addresses.automatic, 0),
      held: own.reduce((sum, network) => sum + network.addresses.held, 0),
    };
  };
}
