import type { RunningEngine } from "../kernel/workflow/engine.ts";
import { serverPower } from "../servers/server-power.ts";
import type { ServerWorld } from "../servers/world.ts";
import { bladeProvision } from "./blade-provision.ts";
import { bladeRetire } from "./blade-retire.ts";
import { vmProvision } from "./vm-provision.ts";
import { vmRetire } from "./vm-retire.ts";

/** Makes the workflows of servers known, before the engine is launched. */
export function registerServerWorkflows(engine: Pick<RunningEngine, "register">, world: ServerWorld): void {
  engine.register(vmProvision, world);
  engine.register(bladeProvision, world);
  engine.register(vmRetire, world);
  engine.register(bladeRetire, world);
  engine.register(serverPower, world);
}
