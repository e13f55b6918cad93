import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../kernel/errors.ts";
import { pauseBeforeRetry } from "../kernel/workflow/operation-rules.ts";
import type { StepCall } from "../kernel/workflow/workflow.ts";
import type { MachineRoles, ServerWorld } from "../servers/world.ts";

const LOOK_EVERY_MS = 500;
const START_ATTEMPTS = 5;

/**
 * Boots a machine from the network and watches the service OS do its deployment, to the end.
 * Run again after a crash it goes on watching: a deployment that the machine has taken up is not started anew.
 * @throws AppError `unavailable` with the service OS's own words when it failed.
 */
export async function runServiceOs(
  deps: ServerWorld & StepCall,
  work: { machineId: string; deploymentId: string },
): Promise<void> {
  const machine = await deps.machine(work.machineId);
  if ((await deps.readDeployment(work.deploymentId)).state === "waiting") await startFromNetwork(deps, machine);
  // A controller that takes over begins to wait anew: it does not know since when.
  const bootDeadline = Date.now() + deps.patience.bootMs;
  for (;;) {
    const seen = await deps.readDeployment(work.deploymentId);
    switch (seen.state) {
      case "done":
        return;
      case "failed":
      case "ended":
        throw new AppError("unavailable", `the service OS stopped: ${seen.error ?? "its deployment was ended"}`);
      case "waiting":
        if (Date.now() > bootDeadline) throw new AppError("unavailable", neverCame(deps.patience.bootMs));
        deps.progress(seen.percent, "waiting for the machine to boot from the network");
        break;
      case "contacted":
      case "writing":
      case "seeding":
        deps.progress(seen.percent, seen.note ?? seen.state);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: deps.signal });
  }
}

/** A management controller that is busy for a moment is no reason to give up a machine. All three are goals: again is no harm. */
async function startFromNetwork(deps: StepCall, { system, power, boot }: MachineRoles): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await power.off(system, deps);
      await boot.setNext(system, "network", deps);
      await power.on(system, deps);
      return;
    } catch (error) {
      const pauseMs = deps.signal.aborted ? null : pauseBeforeRetry(error, attempt, START_ATTEMPTS);
      if (pauseMs === null) throw error;
      deps.log.warn("machine could not be started from the network; tried again", { attempt, error });
      await sleep(pauseMs, undefined, { signal: deps.signal });
    }
  }
}

function neverCame(bootMs: number): string {
  const seconds = Math.round(bootMs / 1000);
  return `the machine was switched on and told to boot from the network, and has not been heard from for ${seconds} s`;
}
