import { sql } from "kysely";
import type { House } from "./house.ts";

/** Enclosures that are full of copies of a machine of this house, as records only: for pictures and lists. */
export async function addEnclosures(
  house: House,
  { enclosures, bays }: { enclosures: number; bays: number },
): Promise<void> {
  const { db } = house.db;
  await sql`insert into enclosure (id, name, site_id, bays)
    select gen_random_uuid(), 'many-' || lpad(n::text, 3, '0'), (select id from site order by name limit 1), ${bays}::int
    from generate_series(1, ${enclosures}::int) n`.execute(db);
  await sql`insert into machine
    select (jsonb_populate_record(null::machine, to_jsonb(pattern) || jsonb_build_object(
      'id', gen_random_uuid(), 'name', e.name || '-' || n, 'enclosure_id', e.id, 'bay', n, 'uuid', gen_random_uuid(),
      'serial', e.name || '-' || n, 'nics', '[]'::jsonb, 'system_id', null, 'provider', null, 'settings', null,
      'secrets_sealed', null, 'state', 'available'
    ))).*
    from (select * from machine where state = 'available' order by name limit 1) pattern,
      (select id, name from enclosure where name like 'many-%') e, generate_series(1, ${bays}::int) n`.execute(db);
}
