import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../kernel/errors.ts";
import type { StepCall } from "../kernel/workflow/workflow.ts";
import type { ServerWorld } from "./world.ts";

const LOOK_EVERY_MS = 500;

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
  if ((await deps.readDeployment(work.deploymentId)).state === "waiting") {
    await machine.power.off(machine.system, deps);
    await machine.boot.setNext(machine.system, "network", deps);
    await machine.power.on(machine.system, deps);
  }
  for (;;) {
    const seen = await deps.readDeployment(work.deploymentId);
    switch (seen.state) {
      case "done":
        return;
      case "failed":
      case "ended":
        throw new AppError("unavailable", `the service OS stopped: ${seen.error ?? "its deployment was ended"}`);
      case "waiting":
      case "contacted":
      case "writing":
      case "seeding":
        deps.progress(seen.percent, seen.note ?? seen.state);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: deps.signal });
  }
}
