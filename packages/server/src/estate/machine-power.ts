import type { Db } from "../kernel/db/db.ts";
import { ProviderError } from "../kernel/errors.ts";
import { type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { PowerState } from "../providers/provider.ts";
import type { ProviderPool } from "./providers.ts";
import { sawPower } from "./store.ts";

export interface MachinePower {
  readonly machineId: string;
  readonly action: "on" | "off" | "reset";
}

/** What the workflow needs of the outside. */
export interface MachinePowerWorld {
  readonly db: Db;
  readonly providers: Pick<ProviderPool, "forMachine">;
}

type Deps = MachinePowerWorld & StepCall;

const switchPower = step({
  name: "switch-power",
  timeoutMs: 180_000,
  run: async (deps: Deps, i: MachinePower): Promise<PowerState> => {
    const { provider, system } = await deps.providers.forMachine(i.machineId);
    const { power } = provider;
    if (power === undefined) throw new ProviderError("rejected", `provider ${provider.type} switches no power`);
    await power[i.action](system, deps);
    const observed = await power.read(system, deps);
    await sawPower(deps.db, [i.machineId], observed);
    return observed;
  },
  undo: { none: "what ran before can't be brought back; the next command does what is wanted" },
});

/** Switches a machine by its management controller. What could not be done waits for a person: try again, or leave it. */
export const machinePower = workflow({
  name: "machine-power",
  onFailure: "park",
  steps: [switchPower],
  run: (wf, input: MachinePower) => wf.do(switchPower, input),
});
