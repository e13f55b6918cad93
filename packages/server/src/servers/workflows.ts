import type { RunningEngine } from "../kernel/workflow/engine.ts";
import { bladeProvision } from "./blade-provision.ts";
import { bladeRetire } from "./blade-retire.ts";
import { serverPower } from "./server-power.ts";
import { vmProvision } from "./vm-provision.ts";
import { vmRetire } from "./vm-retire.ts";
import type { ServerWorld } from "./world.ts";

/** Makes this room's workflows known, before the engine is launched. */
export function registerServerWorkflows(engine: Pick<RunningEngine, "register">, world: ServerWorld): void {
  engine.register(vmProvision, world);
  engine.register(bladeProvision, world);
  engine.register(vmRetire, world);
  engine.register(bladeRetire, world);
  engine.register(serverPower, world);
}
