import { sql } from "kysely";
import { audit } from "../audit/audit.ts";
import type { Tx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";

export interface MaintenanceWish {
  readonly state: "on" | "off";
  readonly reason?: string | undefined;
}

/** Sets the flag of a machine or host whose row the caller has locked. Asking for what is so already changes nothing. */
export async function setMaintenance(
  tx: Tx,
  actor: Actor,
  thing: {
    readonly kind: "machine" | "host";
    readonly id: string;
    readonly name: string;
    readonly maintenance: boolean;
  },
  wish: MaintenanceWish,
): Promise<void> {
  const { kind, id, name } = thing;
  const wanted = wish.state === "on";
  if (thing.maintenance === wanted && wish.reason === undefined) return;
  await sql`
    update ${sql.table(kind)}
    set maintenance = ${wanted}, maintenance_reason = ${wanted ? (wish.reason ?? null) : null}, version = version + 1
    where id = ${id}`.execute(tx);
  await audit(tx, {
    actor,
    action: `${kind}.maintenance`,
    object: { kind, id, name },
    outcome: "done",
    details: { state: wish.state, reason: wish.reason ?? null },
  });
}
