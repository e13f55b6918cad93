import { recordInspection } from "../estate/actions.ts";
import { readMachine } from "../estate/store.ts";
import { findImageById } from "../images/actions.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import type { Log } from "../kernel/log.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { openSeed } from "./actions.ts";
import { type Hello, readFailure, readHello, readPercent } from "./agent-rules.ts";
import { chooseDisk } from "./boot-rules.ts";
import { isActive, stateOfStep } from "./deployment-rules.ts";
import {
  activeDeployment,
  type BootSession,
  bindBoot,
  changeDeployment,
  type DeploymentRow,
  lockDeployment,
  sealedSeed,
  takeSeed,
} from "./store.ts";

export interface AgentDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly log: Log;
}

/** What the agent is told, as `key=value` lines; `refused` is a 403, and the machine's token is worth nothing here. */
export type AgentAnswer = Readonly<Record<string, string | number>> | "refused" | "malformed";

export const IMAGE_PATH = "/boot/agent/image";
export const SEED_PATH = "/boot/agent/seed";
const WAIT_S = 30;
/** Room for the seed's partition and the tables at both ends, as the agent wants it. */
const SPARE_BYTES = 4 * 1024 * 1024;

/** A machine has booted the service OS and asks what to do. */
export async function hello(deps: AgentDeps, session: BootSession, form: URLSearchParams): Promise<AgentAnswer> {
  const said = readHello(form);
  if (said === null) return "malformed";
  return inTx(deps.db, async (tx) => {
    if (!(await bindBoot(tx, session, said.bootId))) return "refused";
    if (session.deploymentId === null) return await inspected(tx, session, said);
    const deployment = await lockDeployment(tx, session.deploymentId);
    if (deployment === null) return "refused";
    // The answer to `done` was lost, and the agent asks anew.
    if (deployment.state === "done") return { action: deployment.on_done };
    if (!isActive(deployment.state)) return { action: "off" };
    if (deployment.task === "wipe") {
      await changeDeployment(tx, deployment.id, { state: "contacted", percent: 0 });
      return { action: "wipe" };
    }
    return await orderInstall(tx, deployment, said);
  });
}

async function inspected(tx: Tx, session: BootSession, said: Hello): Promise<AgentAnswer> {
  const { bootId: _, ...seen } = said;
  await recordInspection(tx, session.machineId, seen, "agent");
  // Work came up while it waited: a new boot brings the token for it.
  if ((await activeDeployment(tx, session.machineId)) !== null) return { action: "reboot" };
  return { action: "wait", seconds: WAIT_S };
}

async function orderInstall(tx: Tx, deployment: DeploymentRow, said: Hello): Promise<AgentAnswer> {
  if (deployment.image_id === null || deployment.seed_bytes === null || deployment.seed_sha256 === null) {
    throw new Error("an installation has an image and a seed");
  }
  const image = await findImageById(tx, deployment.image_id);
  const { disks: known } = await readMachine(tx, deployment.machine_id);
  const needBytes = image.rawBytes + deployment.seed_bytes + SPARE_BYTES;
  const disk = chooseDisk(said.disks, { name: deployment.disk, known, needBytes });
  if (disk === null) {
    const seen = said.disks.map(({ id, sizeBytes }) => `${id} (${sizeBytes} bytes)`).join(", ");
    const wanted = deployment.disk ?? "any one disk";
    const error = `no disk to install on: wanted ${wanted} with ${needBytes} bytes, the machine has ${seen === "" ? "none" : seen}`;
    await changeDeployment(tx, deployment.id, { state: "failed", error, seed_sealed: null });
    return { action: "off" };
  }
  await changeDeployment(tx, deployment.id, { state: "contacted", percent: 0 });
  return {
    action: "install",
    disk,
    image_path: IMAGE_PATH,
    image_encoding: "zstd",
    stream_bytes: image.streamBytes,
    raw_bytes: image.rawBytes,
    raw_sha256: image.rawSha256,
    seed_path: SEED_PATH,
    seed_bytes: deployment.seed_bytes,
    seed_sha256: deployment.seed_sha256,
  };
}

export async function progress(deps: AgentDeps, session: BootSession, form: URLSearchParams): Promise<AgentAnswer> {
  const state = stateOfStep(form.get("step") ?? "");
  return onDeployment(deps, session, async (tx, deployment) => {
    if (state === null) return "malformed";
    await changeDeployment(tx, deployment.id, { state, percent: readPercent(form) });
    return { ok: 1 };
  });
}

/** The machine did it. An installation counts only with the digest of the bytes that were written. */
export async function done(deps: AgentDeps, session: BootSession, form: URLSearchParams): Promise<AgentAnswer> {
  return inTx(deps.db, async (tx) => {
    const deployment = session.deploymentId === null ? null : await lockDeployment(tx, session.deploymentId);
    if (deployment === null || session.bootId === null || form.get("boot_id") !== session.bootId) return "refused";
    if (deployment.state === "done") return { action: deployment.on_done };
    if (!isActive(deployment.state)) return { action: "off" };
    const problem = await shortcoming(tx, session, deployment, form.get("raw_sha256"));
    if (problem !== null) {
      await changeDeployment(tx, deployment.id, { state: "failed", error: problem, seed_sealed: null });
      return { action: "off" };
    }
    await changeDeployment(tx, deployment.id, { state: "done", percent: 100, note: null, seed_sealed: null });
    deps.log.info("a machine ended its deployment", { deployment: deployment.id, task: deployment.task });
    return { action: deployment.on_done };
  });
}

async function shortcoming(
  tx: Tx,
  session: BootSession,
  deployment: DeploymentRow,
  rawSha256: string | null,
): Promise<string | null> {
  if (deployment.task === "wipe" || deployment.image_id === null) return null;
  const image = await findImageById(tx, deployment.image_id);
  if (rawSha256 !== image.rawSha256) return "image_digest: what was written is not the image";
  return session.seedTaken ? null : "seed: it says that it is done, but never fetched its seed";
}

export async function failed(deps: AgentDeps, session: BootSession, form: URLSearchParams): Promise<AgentAnswer> {
  const failure = readFailure(form);
  return onDeployment(deps, session, async (tx, deployment) => {
    await changeDeployment(tx, deployment.id, { state: "failed", ...failure, seed_sealed: null });
    deps.log.warn("a machine failed its deployment", { deployment: deployment.id, error: failure.error });
    return { action: "off" };
  });
}

/** The personal part of the installation: once for each boot, while it is under way. */
export async function seedFor(deps: AgentDeps, session: BootSession): Promise<Buffer | "refused"> {
  return inTx(deps.db, async (tx) => {
    const deployment = session.deploymentId === null ? null : await lockDeployment(tx, session.deploymentId);
    if (deployment === null || session.bootId === null) return "refused";
    if (deployment.state === "waiting" || !isActive(deployment.state)) return "refused";
    const sealed = await sealedSeed(tx, deployment.id);
    if (sealed === null || !(await takeSeed(tx, session))) return "refused";
    await changeDeployment(tx, deployment.id, { state: "seeding", percent: 100 });
    return openSeed(deps.secrets, deployment.id, sealed);
  });
}

/** The image whose bytes the machine may have now. */
export async function imageFor(
  deps: AgentDeps,
  session: BootSession,
): Promise<{ id: string; streamBytes: number } | null> {
  if (session.deploymentId === null || session.bootId === null) return null;
  const deployment = await activeDeployment(deps.db, session.machineId);
  if (deployment === null || deployment.id !== session.deploymentId || deployment.image_id === null) return null;
  return findImageById(deps.db, deployment.image_id);
}

/** Runs on a deployment that is under way by this boot; others are told to stop. */
async function onDeployment(
  deps: AgentDeps,
  session: BootSession,
  act: (tx: Tx, deployment: DeploymentRow) => Promise<AgentAnswer>,
): Promise<AgentAnswer> {
  return inTx(deps.db, async (tx) => {
    // A machine that only waits has nothing to report, and is asked for nothing.
    if (session.deploymentId === null) return { action: "off" };
    const deployment = await lockDeployment(tx, session.deploymentId);
    if (deployment === null || session.bootId === null) return "refused";
    if (!isActive(deployment.state)) return { action: "off" };
    return act(tx, deployment);
  });
}
