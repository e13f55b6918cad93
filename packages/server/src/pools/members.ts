import { sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";

const KINDS = ["machines", "hosts", "networks"] as const;
type MemberKind = (typeof KINDS)[number];

/** A pool's members by name. */
export type PoolMembers = Record<MemberKind, string[]>;

const TABLES = {
  machines: { table: "machine", link: "resource_pool_machine", column: "machine_id" },
  hosts: { table: "host", link: "resource_pool_host", column: "host_id" },
  networks: { table: "network", link: "resource_pool_network", column: "network_id" },
} as const satisfies Record<MemberKind, unknown>;

export async function readMembers(db: Db | Tx, poolId: string): Promise<PoolMembers> {
  const names = async (kind: MemberKind) => {
    const { table, link, column } = TABLES[kind];
    const { rows } = await sql<{ name: string }>`
      select t.name from ${sql.table(table)} t join ${sql.table(link)} l on l.${sql.ref(column)} = t.id
      where l.pool_id = ${poolId} order by t.name`.execute(db);
    return rows.map((row) => row.name);
  };
  return { machines: await names("machines"), hosts: await names("hosts"), networks: await names("networks") };
}

/** Makes the named ones, and no others, members of each kind that is given. */
export async function writeMembers(
  tx: Tx,
  pool: { readonly id: string; readonly name: string },
  members: { readonly [K in MemberKind]?: readonly string[] | undefined },
): Promise<void> {
  for (const kind of KINDS) {
    const names = members[kind];
    if (names !== undefined) await writeKind(tx, pool, kind, names);
  }
}

async function writeKind(
  tx: Tx,
  pool: { id: string; name: string },
  kind: MemberKind,
  names: readonly string[],
): Promise<void> {
  const { table, link, column } = TABLES[kind];
  const { rows: known } = await sql<{ id: string; name: string }>`
    select id, name from ${sql.table(table)} where name = any(${names}::text[])`.execute(tx);
  const knownNames = new Set(known.map((row) => row.name));
  const unknown = names.flatMap((name, i) => (knownNames.has(name) ? [] : [{ name, i }]));
  if (unknown.length > 0)
    throw new AppError("invalid_request", `there is no ${table} ${unknown.map(({ name }) => name).join(", ")}`, {
      fields: unknown.map(({ name, i }) => ({ field: `${kind}[${i}]`, message: `there is no ${table} ${name}` })),
    });
  const ids = known.map((row) => row.id);
  if (kind !== "networks") await refusePromised(tx, pool, kind, ids);
  await sql`
    delete from ${sql.table(link)} where pool_id = ${pool.id} and ${sql.ref(column)} <> all(${ids}::uuid[])`.execute(
    tx,
  );
  await sql`
    insert into ${sql.table(link)} (pool_id, ${sql.ref(column)}) select ${pool.id}, unnest(${ids}::uuid[])
    on conflict do nothing`.execute(tx);
}

/** A member that the pool has promised to somebody stays until the promise is over. */
async function refusePromised(
  tx: Tx,
  pool: { id: string; name: string },
  kind: "machines" | "hosts",
  stay: readonly string[],
): Promise<void> {
  const { table, column } = TABLES[kind];
  const { rows } = await sql<{ reason: string }>`
    select t.name || ' is promised to ' || r.server_name || ' of ' || r.holder as reason
    from reservation r join ${sql.table(table)} t on t.id = r.${sql.ref(column)}
    where r.pool_id = ${pool.id} and r.released_at is null and t.id <> all(${stay}::uuid[])
    order by reason limit 20`.execute(tx);
  if (rows.length === 0) return;
  throw new AppError("conflict", `members of pool ${pool.name} are promised and can't leave it`, {
    reasons: rows.map((row) => row.reason),
  });
}
