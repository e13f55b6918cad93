import { createHash, randomBytes } from "node:crypto";
import { type Selectable, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { DeploymentTable } from "../kernel/db/tables.ts";
import { ACTIVE, type DeploymentState, type DeploymentTask } from "./deployment-rules.ts";

/** All of a deployment but its seed, which is large, secret, and needed once only. */
export type DeploymentRow = Omit<Selectable<DeploymentTable>, "state" | "task" | "on_done" | "seed_sealed"> & {
  readonly state: DeploymentState;
  readonly task: DeploymentTask;
  readonly on_done: "reboot" | "off";
};

/** What a machine is to do now, if anything. */
export async function activeDeployment(tx: Db | Tx, machineId: string): Promise<DeploymentRow | null> {
  const row = await tx
    .selectFrom("deployment")
    .select(COLUMNS)
    .where("machine_id", "=", machineId)
    .where("state", "in", ACTIVE)
    .executeTakeFirst();
  return row === undefined ? null : deploymentOf(row);
}

export async function lockDeployment(tx: Tx, id: string): Promise<DeploymentRow | null> {
  const row = await tx.selectFrom("deployment").select(COLUMNS).where("id", "=", id).forUpdate().executeTakeFirst();
  return row === undefined ? null : deploymentOf(row);
}

const COLUMNS = [
  "id",
  "machine_id",
  "server_id",
  "task",
  "state",
  "boot_mac",
  "image_id",
  "disk",
  "seed_bytes",
  "seed_sha256",
  "on_done",
  "percent",
  "note",
  "error",
  "console",
  "created_at",
  "changed_at",
] as const;

// The table's checks allow just these.
const deploymentOf = (row: Omit<Selectable<DeploymentTable>, "seed_sealed">) => row as DeploymentRow;

/** The sealed seed; null when there is none, or none any more. */
export async function sealedSeed(tx: Tx, id: string): Promise<string | null> {
  const row = await tx.selectFrom("deployment").select("seed_sealed").where("id", "=", id).executeTakeFirst();
  return row?.seed_sealed ?? null;
}

/** What was last done to the machine's disks. */
export async function lastDone(tx: Db | Tx, machineId: string): Promise<DeploymentTask | null> {
  const row = await tx
    .selectFrom("deployment")
    .select("task")
    .where("machine_id", "=", machineId)
    .where("state", "=", "done")
    .orderBy("changed_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return (row?.task as DeploymentTask | undefined) ?? null;
}

type Change = Partial<Pick<DeploymentRow, "state" | "percent" | "note" | "error" | "console">> & { seed_sealed?: null };

export async function changeDeployment(tx: Tx, id: string, change: Change): Promise<void> {
  await tx
    .updateTable("deployment")
    .set({ ...change, changed_at: new Date() })
    .where("id", "=", id)
    .execute();
}

/** The cards of the profile that the machine wears, in their order. */
export async function profileCards(tx: Tx, machineId: string): Promise<{ mac: string; ip: string | null }[]> {
  const { rows } = await sql<{ mac: string; ip: string | null }>`
    select n.mac::text as mac, host(n.ip) as ip
    from profile p join profile_nic n on n.profile_id = p.id
    where p.machine_id = ${machineId} order by n.ordinal`.execute(tx);
  return rows;
}

export async function siteByName(tx: Db | Tx, name: string): Promise<{ id: string } | null> {
  return (await tx.selectFrom("site").select("id").where("name", "=", name).executeTakeFirst()) ?? null;
}

const TOKEN_HOURS = 24;
const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** A token for this boot of the machine; those of its boots before are worth nothing from now on. */
export async function openSession(
  tx: Tx,
  boot: { machineId: string; deploymentId: string | null; peer: string },
): Promise<string> {
  await tx.deleteFrom("boot_session").where("machine_id", "=", boot.machineId).execute();
  const token = randomBytes(32).toString("base64url");
  await tx
    .insertInto("boot_session")
    .values({
      token_sha256: hashOf(token),
      machine_id: boot.machineId,
      deployment_id: boot.deploymentId,
      peer: boot.peer,
      expires_at: new Date(Date.now() + TOKEN_HOURS * 3_600_000),
    })
    .execute();
  return token;
}

export interface BootSession {
  readonly tokenSha256: string;
  readonly machineId: string;
  readonly deploymentId: string | null;
  readonly bootId: string | null;
  readonly seedTaken: boolean;
}

/** The boot that the token belongs to, if it comes from where the token was sent to. */
export async function findSession(tx: Db | Tx, token: string, peer: string): Promise<BootSession | null> {
  const row = await tx
    .selectFrom("boot_session")
    .selectAll()
    .where("token_sha256", "=", hashOf(token))
    .where(sql<boolean>`peer = ${peer}::inet`)
    .where("expires_at", ">", sql<Date>`now()`)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    tokenSha256: row.token_sha256,
    machineId: row.machine_id,
    deploymentId: row.deployment_id,
    bootId: row.boot_id,
    seedTaken: row.seed_taken,
  };
}

/** Binds the token to the boot that used it first. False for any other. */
export async function bindBoot(tx: Tx, session: BootSession, bootId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("boot_session")
    .set({ boot_id: bootId })
    .where("token_sha256", "=", session.tokenSha256)
    .where((eb) => eb.or([eb("boot_id", "is", null), eb("boot_id", "=", bootId)]))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** True once for each boot. */
export async function takeSeed(tx: Tx, session: BootSession): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("boot_session")
    .set({ seed_taken: true })
    .where("token_sha256", "=", session.tokenSha256)
    .where("seed_taken", "=", false)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export interface NewDecision {
  readonly machineId: string;
  readonly mac: string;
  readonly peer: string;
  readonly platform: string;
  readonly chosen: string;
  readonly reason: string;
}

/** Writes down why a machine boots what. The same as last time is counted: a machine that asks for ever fills no table. */
export async function recordBoot(tx: Tx, decision: NewDecision): Promise<void> {
  const last = await tx
    .selectFrom("boot_decision")
    .selectAll()
    .where("machine_id", "=", decision.machineId)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  const isSame =
    last !== undefined &&
    last.mac === decision.mac &&
    last.peer === decision.peer &&
    last.chosen === decision.chosen &&
    last.reason === decision.reason;
  if (isSame) {
    await tx
      .updateTable("boot_decision")
      .set((eb) => ({ times: eb("times", "+", 1), last_at: new Date() }))
      .where("id", "=", last.id)
      .execute();
    return;
  }
  const { machineId, ...rest } = decision;
  await tx
    .insertInto("boot_decision")
    .values({ machine_id: machineId, ...rest })
    .execute();
}
