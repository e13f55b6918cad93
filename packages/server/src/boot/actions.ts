import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { ACTIVE, type DeploymentState, type DeploymentTask, isActive, noteOf } from "./deployment-rules.ts";

export interface NewDeployment {
  readonly id: string;
  readonly machineId: string;
  readonly serverId: string | null;
  readonly task: DeploymentTask;
  /** The card that will boot, as the profile names it. */
  readonly bootMac: string | null;
  readonly imageId: string | null;
  /** The machine's disk as its management controller names it. */
  readonly disk: string | null;
  /** A FAT file system labelled CIDATA; with an `install` only. */
  readonly seed: Buffer | null;
  readonly onDone: "reboot" | "off";
}

export interface DeploymentProgress {
  readonly state: DeploymentState;
  readonly percent: number;
  readonly note: string | null;
  readonly error: string | null;
}

/**
 * Says what the service OS is to do with a machine. The same id again changes nothing while it is under way; once it is
 * over it begins anew, for a server that is retried is installed, and wiped, more than once.
 */
export async function ensureDeployment(tx: Tx, secrets: SecretBox, wanted: NewDeployment): Promise<void> {
  const known = await tx.selectFrom("deployment").select("state").where("id", "=", wanted.id).executeTakeFirst();
  if (known !== undefined && isActive(known.state as DeploymentState)) return;
  // Its last time is over, and it is wanted again: what was installed or wiped then says nothing about the disk now.
  if (known !== undefined) await tx.deleteFrom("deployment").where("id", "=", wanted.id).execute();
  const busy = await tx
    .selectFrom("deployment")
    .select(["task", "state"])
    .where("machine_id", "=", wanted.machineId)
    .where("state", "in", ACTIVE)
    .executeTakeFirst();
  if (busy !== undefined) {
    throw new AppError("conflict", `the machine is busy with another deployment (${busy.task}, ${busy.state})`);
  }
  const { seed } = wanted;
  await tx
    .insertInto("deployment")
    .values({
      id: wanted.id,
      machine_id: wanted.machineId,
      server_id: wanted.serverId,
      task: wanted.task,
      boot_mac: wanted.bootMac,
      image_id: wanted.imageId,
      disk: wanted.disk,
      seed_sealed: seed === null ? null : sealSeed(secrets, wanted.id, seed),
      seed_bytes: seed === null ? null : seed.length,
      seed_sha256: seed === null ? null : createHash("sha256").update(seed).digest("hex"),
      on_done: wanted.onDone,
    })
    .execute();
}

/** @throws AppError `not_found`. */
export async function readDeployment(db: Db | Tx, id: string): Promise<DeploymentProgress> {
  const row = await db
    .selectFrom("deployment")
    .select(["state", "percent", "note", "error", "task"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no deployment ${id}`);
  // The table's checks allow these only.
  const [state, task] = [row.state as DeploymentState, row.task as DeploymentTask];
  return { state, percent: row.percent, note: row.note ?? noteOf(task, state), error: row.error };
}

/** Nobody waits for it any more: its secrets go, its boots are strangers from now on. What is done stays done. */
export async function endDeployment(tx: Tx, id: string): Promise<void> {
  const row = await tx.selectFrom("deployment").select("state").where("id", "=", id).forUpdate().executeTakeFirst();
  if (row === undefined) return;
  const isOpen = isActive(row.state as DeploymentState);
  await tx
    .updateTable("deployment")
    .set({ seed_sealed: null, ...(isOpen ? { state: "ended", changed_at: new Date() } : {}) })
    .where("id", "=", id)
    .execute();
  await tx.deleteFrom("boot_session").where("deployment_id", "=", id).execute();
}

const seedContext = (deploymentId: string): string => `deployment/${deploymentId}/seed`;

/** A seed is a megabyte of nearly nothing: packed, it is a small row. */
function sealSeed(secrets: SecretBox, deploymentId: string, seed: Buffer): string {
  return secrets.seal(deflateRawSync(seed, { level: 1 }).toString("base64"), seedContext(deploymentId));
}

export function openSeed(secrets: SecretBox, deploymentId: string, sealed: string): Buffer {
  return inflateRawSync(Buffer.from(secrets.open(sealed, seedContext(deploymentId)), "base64"));
}
