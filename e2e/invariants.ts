import { sql } from "kysely";
import type { House } from "./house.ts";
import { readTruth } from "./steps.ts";

/**
 * What must hold whenever nothing is going on (SAFETY: nothing is held by nobody, nothing by two, every end is
 * truthful): each broken rule in words. The database is asked, and the lab.
 */
export async function invariants(house: House): Promise<string[]> {
  const { db } = house.db;
  const problems: string[] = [];
  const rule = async (what: string, query: ReturnType<typeof sql<{ what: string }>>) => {
    const { rows } = await query.execute(db);
    for (const row of rows) problems.push(`${what}: ${row.what}`);
  };
  const LIVING = sql`('reserved', 'provisioning', 'active', 'inactive', 'retiring')`;

  await rule(
    "address held for a server that is gone",
    sql`select host(ip) || ' ' || server_id as what from address
    where server_id is not null and not exists (select from server s where s.id = address.server_id and s.state in ${LIVING})`,
  );
  await rule(
    "identity held for a server that is gone",
    sql`select kind || ' ' || value as what from identity_claim
    where not exists (select from server s where s.id = identity_claim.server_id and s.state in ${LIVING})`,
  );
  await rule(
    "profile of a server that is gone",
    sql`select p.id::text as what from profile p
    where not exists (select from server s where s.id = p.server_id and s.state in ${LIVING})`,
  );
  await rule(
    "volume held for a server that is gone",
    sql`select v.name as what from volume v
    where v.state <> 'removed' and not exists (
      select from volume_use u join server s on s.id = u.server_id where u.volume_id = v.id and s.state in ${LIVING})`,
  );
  await rule(
    "reservation of a server that is gone",
    sql`select r.server_name as what from reservation r
    where r.released_at is null and not exists (select from server s where s.id = r.server_id and s.state in ${LIVING})`,
  );
  await rule(
    "DHCP entry of a server that is gone",
    sql`select d.hostname as what from dhcp_host d
    where not exists (select from server s where s.id = d.server_id and s.state in ${LIVING})`,
  );
  await rule(
    "machine in use by no server",
    sql`select m.name as what from machine m
    where m.state in ('in-use', 'cleaning') and not exists (select from server s where s.machine_id = m.id and s.state in ${LIVING})`,
  );
  await rule(
    "machine promised to two servers",
    sql`select m.name as what from machine m
    where (select count(*) from reservation r where r.machine_id = m.id and r.released_at is null and r.during @> now()) > 1`,
  );
  await rule(
    "open deployment of a server that is gone",
    sql`select d.id::text as what from deployment d
    where d.state in ('waiting', 'contacted', 'writing', 'seeding')
      and not exists (select from server s where s.id = d.server_id and s.state in ${LIVING})`,
  );
  await rule(
    "secret kept for a deployment that has ended",
    sql`select d.id::text as what from deployment d
    where d.seed_sealed is not null and d.state in ('done', 'failed', 'ended')`,
  );
  await rule(
    "request that says one thing while its operation says another",
    sql`select r.id::text || ' is ' || r.state || ', operation ' || o.state as what
    from request r join operation o on o.id = r.id::text
    where (r.state in ('waiting', 'approved', 'deploying') and o.state in ('done', 'failed', 'cancelled', 'undone'))
      or (r.state = 'active' and o.state not in ('done', 'accepted'))`,
  );
  await rule(
    "operation that is stuck",
    sql`select o.title || ': ' || coalesce(o.error, '') as what from operation o where o.state = 'stuck'`,
  );
  return [...problems, ...(await strangers(house))];
}

/** VMs, disks and DHCP entries in the lab that no living server accounts for. */
async function strangers(house: House): Promise<string[]> {
  const { rows } = await sql<{ id: string; host_id: string | null }>`
    select id, host_id from server where state in ('reserved', 'provisioning', 'active', 'inactive', 'retiring')`.execute(
    house.db.db,
  );
  const ids = rows.map((row) => row.id);
  const truth = await readTruth(house);
  const isKnown = (name: string) => ids.some((id) => name.includes(id));
  const seen = new Set<string>();
  for (const path of truth.keys()) {
    const thing = /^hosts\/[^/]+\/(?:domains|volumes)\/([^/]+)/.exec(path)?.[1];
    if (thing !== undefined && !thing.startsWith("berth-image-") && !isKnown(thing))
      seen.add(path.split("/").slice(0, 4).join("/"));
  }
  return [...seen].map((path) => `in the lab, of nobody: ${path}`);
}
