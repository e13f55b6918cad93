import { sql } from "kysely";
import type { Tx } from "../kernel/db/db.ts";

const MAX_REASONS = 20;

/**
 * What would lose something if the network went, in words; empty when nobody uses it. It looks into tables of rooms
 * above, which is reading only: the answer has to name what people know, not ids.
 */
export async function networkUsers(tx: Tx, network: { readonly id: string; readonly name: string }): Promise<string[]> {
  const { rows } = await sql<{ reason: string }>`
    select case
        when s.name is not null then 'server ' || s.name || ' holds ' || host(a.ip)
        when a.kind = 'server' then 'a server holds ' || host(a.ip)
        else host(a.ip) || ' is ' || a.kind || coalesce(' (' || a.note || ')', '')
      end as reason
    from address a left join server s on s.id = a.server_id where a.network_id = ${network.id}
    union
    select 'server ' || coalesce(s.name, p.server_id::text) || ' has a NIC in it'
    from profile_nic n join profile p on p.id = n.profile_id left join server s on s.id = p.server_id
    where n.network_id = ${network.id}
    union
    select 'pool ' || p.name || ' names it'
    from resource_pool_network m join resource_pool p on p.id = m.pool_id where m.network_id = ${network.id}
    union
    select 'template ' || t.name || '@' || t.number || ' is published and names it'
    from template t
    where t.published and jsonb_path_exists(t.body, '$.spec.groups[*].nics[*] ? (@.network == $name)',
      jsonb_build_object('name', ${network.name}::text))
    order by reason limit ${MAX_REASONS + 1}`.execute(tx);
  const reasons = rows.map((row) => row.reason);
  return reasons.length > MAX_REASONS ? [...reasons.slice(0, MAX_REASONS), "and more"] : reasons;
}
