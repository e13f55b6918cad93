import { AppError, ProviderError } from "../kernel/errors.ts";
import { dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { IdentitySpec } from "../providers/provider.ts";
import type { ServerWorld } from "../servers/world.ts";
import { runServiceOs } from "./service-os-run.ts";
import { begin, markActive, reachServer } from "./vm-provision.ts";

export interface BladeProvision {
  readonly serverId: string;
  readonly machineId: string;
  readonly identity: IdentitySpec;
  readonly installId: string;
  readonly wipeId: string;
}

type Deps = ServerWorld & StepCall;

const INSTALL_MS = 30 * 60_000;

export const occupyMachine = dbStep({
  name: "occupy-machine",
  run: async (tx, i: BladeProvision, deps: ServerWorld) => {
    await deps.moveMachine(tx, i.machineId, "occupy", `server ${i.serverId}`);
    await deps.bindProfile(tx, i.serverId, i.machineId);
  },
  undo: async (tx, i, deps) => {
    await deps.bindProfile(tx, i.serverId, null);
    await deps.moveMachine(tx, i.machineId, "release", `server ${i.serverId} was undone`);
  },
});

const applyIdentity = step({
  name: "apply-identity",
  timeoutMs: 180_000,
  run: async (deps: Deps, i: BladeProvision) => {
    const machine = await deps.machine(i.machineId);
    await machine.power.off(machine.system, deps);
    await machine.identity?.apply(machine.system, i.identity, deps);
  },
  undo: async (deps, i) => {
    const machine = await deps.machine(i.machineId);
    await machine.power.off(machine.system, deps);
    await machine.identity?.clear(machine.system, deps);
  },
});

const publishDhcp = step({
  name: "publish-dhcp",
  run: (deps: Deps, i: BladeProvision) => deps.publishDhcp(i.serverId, deps),
  undo: (deps, i) => deps.withdrawDhcp(i.serverId, deps),
});

const planInstall = dbStep({
  name: "plan-installation",
  run: (tx, i: BladeProvision, deps: ServerWorld) =>
    deps.deploy(tx, { id: i.installId, serverId: i.serverId, machineId: i.machineId, task: "install" }),
  undo: (tx, i, deps) => deps.endDeployment(tx, i.installId),
});

const install = step({
  name: "install",
  timeoutMs: INSTALL_MS,
  attempts: 1,
  run: (deps: Deps, i: BladeProvision) => runServiceOs(deps, { machineId: i.machineId, deploymentId: i.installId }),
  undo: (deps, i) => wipe(deps, i),
});

/**
 * Gives the disk back blank. A machine that can't be wiped (it never answers) is not given back at all: it becomes
 * `failed`, out of every pool, until a person has looked at it.
 */
export async function wipe(deps: Deps, i: Omit<BladeProvision, "identity">): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    await deps.endDeployment(tx, i.installId);
    await deps.moveMachine(tx, i.machineId, "clean", "its server is gone");
    await deps.deploy(tx, { id: i.wipeId, serverId: i.serverId, machineId: i.machineId, task: "wipe" });
  });
  try {
    await runServiceOs(deps, { machineId: i.machineId, deploymentId: i.wipeId });
  } catch (error) {
    // Only what the machine itself did or did not do condemns it, and not a controller that lost its lease or database.
    const isMachines = error instanceof AppError || error instanceof ProviderError;
    if (deps.signal.aborted || !isMachines) throw error;
    deps.log.warn("machine could not be wiped; taken out of its pools", { machineId: i.machineId, error });
    await deps.db
      .transaction()
      .execute((tx) => deps.moveMachine(tx, i.machineId, "fail", "its disk could not be wiped"));
  }
  await deps.db.transaction().execute((tx) => deps.endDeployment(tx, i.wipeId));
}

export const bladeProvision = workflow({
  name: "blade-provision",
  onFailure: "unwind",
  steps: [begin, occupyMachine, applyIdentity, publishDhcp, planInstall, install, reachServer, markActive],
  async run(wf, input: BladeProvision) {
    const server = { serverId: input.serverId };
    await wf.do(begin, server);
    await wf.do(occupyMachine, input);
    await wf.do(applyIdentity, input);
    await wf.do(publishDhcp, input);
    await wf.do(planInstall, input);
    await wf.do(install, input);
    await wf.do(reachServer, server);
    await wf.do(markActive, server);
  },
});
