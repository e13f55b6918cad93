import type { RunningEngine } from "../kernel/workflow/engine.ts";
import { serviceDeactivate } from "./service-deactivate.ts";
import { serviceDeliver } from "./service-deliver.ts";
import { serviceLease } from "./service-lease.ts";
import { serviceRetire } from "./service-retire.ts";
import type { ServiceWorld } from "./world.ts";

/** Makes this room's workflows known, before the engine is launched. */
export function registerServiceWorkflows(engine: Pick<RunningEngine, "register">, world: ServiceWorld): void {
  engine.register(serviceDeliver, world);
  engine.register(serviceLease, world);
  engine.register(serviceDeactivate, world);
  engine.register(serviceRetire, world);
}
