import type { RunningEngine } from "../kernel/workflow/engine.ts";
import { type MachinePowerWorld, machinePower } from "./machine-power.ts";

/** Tells the engine of this room's workflows. */
export function registerEstateWorkflows(engine: Pick<RunningEngine, "register">, world: MachinePowerWorld): void {
  engine.register(machinePower, world);
}
