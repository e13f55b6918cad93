import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import type { SelfServicePolicyTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import { moneyUnits } from "../kernel/money.ts";
import type { PolicyFacts } from "./rules.ts";

const KINDS = {
  users: { table: "berth_user", column: "user_id", noun: "user" },
  groups: { table: "user_group", column: "group_id", noun: "group" },
  projects: { table: "project", column: "project_id", noun: "project" },
} as const;

type HolderKind = keyof typeof KINDS;
const HOLDER_KINDS = Object.keys(KINDS) as HolderKind[];

export type Holders = { readonly [K in HolderKind]?: readonly string[] | undefined };

/** Policies with the names of those whom they hold for. */
export function policyRows(db: Db | Tx) {
  return db
    .selectFrom("self_service_policy")
    .selectAll("self_service_policy")
    .select(HOLDER_KINDS.map((kind) => holderNames(kind).as(kind)));
}

function holderNames(kind: HolderKind): RawBuilder<string[]> {
  const { table, column } = KINDS[kind];
  return sql<string[]>`array(
    select t.name from ${sql.table(table)} t join self_service_holder h on h.${sql.ref(column)} = t.id
    where h.policy_id = self_service_policy.id order by t.name)`;
}

export type PolicyRow = Selectable<SelfServicePolicyTable> & Record<HolderKind, string[]>;

export async function findPolicy(db: Db | Tx, idOrName: string): Promise<PolicyRow> {
  const row = await policyRows(db)
    .where(`self_service_policy.${refColumn(idOrName)}`, "=", idOrName)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no self-service policy ${idOrName}`);
  return row as PolicyRow;
}

/** Makes the policy hold for the named ones of each kind that is given, and for no others of it. */
export async function writeHolders(tx: Tx, policyId: string, holders: Holders): Promise<void> {
  for (const kind of HOLDER_KINDS) {
    const names = holders[kind];
    if (names === undefined) continue;
    const { table, column, noun } = KINDS[kind];
    const { rows } = await sql<{ id: string; name: string }>`
      select id, name from ${sql.table(table)} where name = any(${names}::text[])`.execute(tx);
    const known = new Set(rows.map((row) => row.name));
    const fields = names.flatMap((name, i) =>
      known.has(name) ? [] : [{ field: `${kind}[${i}]`, message: `there is no ${noun} ${name}` }],
    );
    if (fields.length > 0)
      throw new AppError("invalid_request", fields.map((field) => field.message).join("; "), { fields });
    await sql`
      delete from self_service_holder where policy_id = ${policyId} and ${sql.ref(column)} is not null`.execute(tx);
    await sql`
      insert into self_service_holder (policy_id, ${sql.ref(column)})
      select ${policyId}, unnest(${rows.map((row) => row.id)}::uuid[])`.execute(tx);
  }
}

/** The policies that hold for a person: his own, his groups', and those of projects in which he has a role. */
export function holdsFor(userId: string): RawBuilder<boolean> {
  const groups = sql`select m.group_id from user_group_member m where m.user_id = ${userId}`;
  return sql<boolean>`(self_service_policy.everybody or exists (
    select from self_service_holder h where h.policy_id = self_service_policy.id and (
      h.user_id = ${userId} or h.group_id in (${groups}) or h.project_id in (
        select g.project_id from role_grant g where g.user_id = ${userId} or g.group_id in (${groups})))))`;
}

export async function policiesOf(db: Db | Tx, userId: string): Promise<PolicyFacts[]> {
  const rows = await db.selectFrom("self_service_policy").selectAll().where(holdsFor(userId)).orderBy("name").execute();
  return rows.map((row) => ({
    name: row.name,
    templates: row.templates,
    pools: row.pools,
    actions: row.actions,
    limits: {
      servers: row.max_servers,
      cores: row.max_cores,
      memoryGiB: row.max_memory_gib,
      storageGiB: row.max_storage_gib,
      moneyPerMonth: row.max_money_per_month === null ? null : Number(moneyUnits(row.max_money_per_month)),
    },
  }));
}
