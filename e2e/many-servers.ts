import { sql } from "kysely";
import type { House } from "./house.ts";

/** Copies of a server of this house, as records only: for lists, which must be quick however long they are. */
export async function addServerRecords(house: House, count: number): Promise<void> {
  await sql`insert into server
    select (jsonb_populate_record(model, jsonb_build_object(
      'id', gen_random_uuid(), 'uuid', gen_random_uuid(), 'serial', 'copy-' || n,
      'name', 'copy-' || lpad(n::text, 5, '0'), 'hostname', 'copy-' || n, 'ordinal', n
    ))).*
    from server model, generate_series(1, ${count}::int) n
    where model.id = (select id from server where kind = 'virtual' and state = 'active' order by name limit 1)`.execute(
    house.db.db,
  );
}
