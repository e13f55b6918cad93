import type { BootPolicyInfo } from "@berth/api/policy.ts";
import type { Selectable } from "kysely";
import { sql } from "kysely";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { BootPolicyTable } from "../kernel/db/tables.ts";
import type { BootPolicy } from "./policy-rules.ts";

export type PolicyRow = Selectable<BootPolicyTable>;

/** All policies, in the order in which they are looked at. */
export async function policiesInOrder(tx: Db | Tx): Promise<BootPolicy[]> {
  const rows = await tx.selectFrom("boot_policy").selectAll().orderBy("position").orderBy("name").execute();
  return rows.map((row) => ({
    name: row.name,
    macPrefix: row.mac_prefix,
    model: row.model,
    serial: row.serial,
    action: actionOf(row),
  }));
}

/** What was decided for a machine, as the list shows it. */
export function bootRows(db: Db, machineId: string) {
  return db
    .selectFrom("boot_decision")
    .selectAll()
    .select(sql<string>`host(boot_decision.peer)`.as("peer_address"))
    .where("machine_id", "=", machineId);
}

export function policyView(row: PolicyRow): z.input<typeof BootPolicyInfo> {
  return {
    id: row.id,
    name: row.name,
    position: row.position,
    action: actionOf(row),
    mac: row.mac_prefix,
    model: row.model,
    serial: row.serial,
    createdAt: row.created_at.toISOString(),
  };
}

// The table's check allows just these.
const actionOf = (row: PolicyRow) => row.action as BootPolicy["action"];
