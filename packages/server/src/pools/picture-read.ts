import { type RawBuilder, sql } from "kysely";
import { type During, effective, rangeOf } from "../fabric/occupancy.ts";
import type { Tx } from "../kernel/db/db.ts";
import type { Goal } from "../placement/demand.ts";
import type { HostCandidate, MachineCandidate, NetworkCandidate, Picture } from "../placement/picture.ts";

export interface PoolRow {
  readonly id: string;
  readonly name: string;
  readonly goal: Goal;
}

/**
 * What a pool has over a time, minus what is promised to others then. `without` is a request whose own promises do
 * not count, for changing it.
 */
export async function readPicture(
  tx: Tx,
  pool: PoolRow,
  during: During,
  without: string | null = null,
): Promise<Picture> {
  return {
    poolId: pool.id,
    pool: pool.name,
    goal: pool.goal,
    networks: await readNetworks(tx, pool.id),
    machines: await readMachines(tx, pool.id, during, without),
    hosts: await readHosts(tx, pool.id, during, without),
  };
}

/** A pool without networks of its own may use all. */
async function readNetworks(tx: Tx, poolId: string): Promise<NetworkCandidate[]> {
  const { rows } = await sql<NetworkCandidate>`
    select n.id, n.name, n.site_id as "siteId" from network n
    where not exists (select from resource_pool_network where pool_id = ${poolId})
      or exists (select from resource_pool_network where pool_id = ${poolId} and network_id = n.id)`.execute(tx);
  return rows;
}

interface MachineRow extends Omit<MachineCandidate, "barred"> {
  readonly state: string;
  readonly maintenance: boolean;
  readonly held: boolean;
  readonly busyUntil: Date | null;
}

async function readMachines(
  tx: Tx,
  poolId: string,
  during: During,
  without: string | null,
): Promise<MachineCandidate[]> {
  const { rows } = await sql<MachineRow>`
    select m.id, m.name, m.site_id as "siteId", coalesce(m.cores, 0) as cores, coalesce(m.memory_mib, 0) as "memoryMiB",
      m.firmware, coalesce(m.disks, '[]') as disks, coalesce(jsonb_array_length(m.nics), 0) as "nicCount",
      m.state, m.maintenance,
      exists (select from reservation r where r.machine_id = m.id and r.released_at is null) as held,
      (select max(upper(${effective("r.during")})) from reservation r
        where r.machine_id = m.id and r.released_at is null and r.request_id is distinct from ${without}::uuid
          and ${effective("r.during")} && ${rangeOf(during)}) as "busyUntil"
    from machine m join resource_pool_machine p on p.machine_id = m.id
    where p.pool_id = ${poolId}
    order by m.name`.execute(tx);
  return rows.map((row) => ({ ...row, barred: barMachine(row) }));
}

function barMachine(row: MachineRow): string | null {
  if (row.maintenance) return "is in maintenance";
  if (row.busyUntil !== null) return `is promised to another server until ${row.busyUntil.toISOString()}`;
  if (row.state === "available") return null;
  // In use or being cleaned by what we ourselves promised it to: free by the time that promise ends.
  if (row.held && (row.state === "in-use" || row.state === "cleaning")) return null;
  return `is ${row.state}, not available`;
}

interface HostRow extends Omit<HostCandidate, "barred" | "used"> {
  readonly state: string;
  readonly maintenance: boolean;
  readonly usedCores: number;
  readonly usedMemoryMiB: number;
  readonly usedStorageGiB: number;
}

async function readHosts(tx: Tx, poolId: string, during: During, without: string | null): Promise<HostCandidate[]> {
  const { rows } = await sql<HostRow>`
    select h.id, h.name, h.site_id as "siteId", coalesce(h.cores, 0) as cores, coalesce(h.memory_mib, 0) as "memoryMiB",
      coalesce(h.storage_gib, 0) as "storageGiB", array(select jsonb_object_keys(h.bridges)) as networks,
      h.state, h.maintenance,
      coalesce(peak.cores, 0)::int as "usedCores", coalesce(peak.memory_mib, 0)::int as "usedMemoryMiB",
      coalesce(peak.storage_gib, 0)::int as "usedStorageGiB"
    from host h join resource_pool_host p on p.host_id = h.id
    left join lateral (${peakOfSums(sql.ref("h.id"), during, without)}) peak on true
    where p.pool_id = ${poolId}
    order by h.name`.execute(tx);
  return rows.map((row) => ({
    ...row,
    used: { cores: row.usedCores, memoryMiB: row.usedMemoryMiB, storageGiB: row.usedStorageGiB },
    barred: barHost(row),
  }));
}

function barHost(row: HostRow): string | null {
  if (row.maintenance) return "is in maintenance";
  return row.state === "failed" || row.state === "retired" || row.state === "unreachable" ? `is ${row.state}` : null;
}

/**
 * The peak of the sums over a time, not the sum of the peaks: at the time's start and wherever a promise begins
 * within it, all promises that hold then are added up. The three peaks may lie at different moments, which errs on the
 * safe side.
 */
function peakOfSums(hostId: RawBuilder<unknown>, during: During, without: string | null): RawBuilder<unknown> {
  return sql`
    with live as (
      select ${effective("r.during")} as during, r.cores, r.memory_mib, r.storage_gib
      from reservation r
      where r.host_id = ${hostId} and r.released_at is null and r.request_id is distinct from ${without}::uuid
        and ${effective("r.during")} && ${rangeOf(during)}
    ), change as (
      select greatest(lower(during), ${during.startsAt}::timestamptz) as at, cores, memory_mib, storage_gib from live
      union all
      select upper(during), -cores, -memory_mib, -storage_gib from live where upper(during) < ${during.endsAt}::timestamptz
    ), moment as (
      select at, sum(cores) as cores, sum(memory_mib) as memory_mib, sum(storage_gib) as storage_gib from change group by at
    ), running as (
      select sum(cores) over (order by at) as cores, sum(memory_mib) over (order by at) as memory_mib,
        sum(storage_gib) over (order by at) as storage_gib
      from moment
    )
    select max(cores) as cores, max(memory_mib) as memory_mib, max(storage_gib) as storage_gib from running`;
}
