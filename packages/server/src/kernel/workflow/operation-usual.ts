import type { UsualDuration } from "@berth/api/operation.ts";
import { sql } from "kysely";
import type { Db } from "../db/db.ts";

/** So many of the latest that went well say what is usual: enough for a median, and few enough to be of today's house. */
const RUNS = 20;

/** How long the workflows of an operation and of its parts, and their steps, have taken when they went well. */
export async function readUsual(db: Db, id: string): Promise<UsualDuration[]> {
  const result = await sql<UsualDuration>`
    with recursive tree as (
      select id, workflow from operation where id = ${id}
      union all select o.id, o.workflow from operation o join tree t on o.parent_id = t.id
    ), wanted as (select distinct workflow from tree
    ), past as (
      select w.workflow, p.id, p.started_at, p.ended_at
      from wanted w cross join lateral (
        select o.id, o.started_at, o.ended_at from operation o
        where o.workflow = w.workflow and o.state = 'done' and o.id <> ${id} and o.started_at is not null
        order by o.created_at desc limit ${RUNS}
      ) p
    ), times as (
      select workflow, null::text as step, extract(epoch from ended_at - started_at) * 1000 as ms from past
      union all
      select p.workflow, s.name, extract(epoch from s.ended_at - s.started_at) * 1000
      from past p join operation_step s on s.operation_id = p.id
      where s.state = 'done' and s.kind <> 'time' and s.ended_at is not null
    )
    select workflow, step, round(percentile_cont(0.5) within group (order by ms))::float8 as "medianMs",
      round(percentile_cont(0.9) within group (order by ms))::float8 as "slowMs", count(*)::int as runs
    from times group by workflow, step order by workflow, step nulls first`.execute(db);
  return result.rows;
}
