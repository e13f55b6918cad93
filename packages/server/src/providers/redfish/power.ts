import { ProviderError } from "../../kernel/errors.ts";
import type { Call, PowerControl, PowerState } from "../provider.ts";
import type { Read, RedfishClient } from "./client.ts";
import { at, listAt, textAt } from "./links.ts";
import { quirksOf } from "./quirks.ts";
import { settle } from "./settle.ts";
import { actionOf, allowedValues, powerOf, type Systems } from "./system.ts";

// Which ResetType reaches a goal, the best first (ComputerSystem schema, Resource.ResetType).
const RESET_TYPES = {
  on: ["On", "ForceOn"],
  off: ["ForceOff"],
  reset: ["ForceRestart", "PowerCycle"],
  shutDown: ["GracefulShutdown"],
} as const;

type Goal = keyof typeof RESET_TYPES;

export function redfishPower(client: RedfishClient, systems: Systems, options: { settleMs: number }): PowerControl {
  /** The values stand in the action itself or in its ActionInfo (DSP0266, 7.11). */
  async function allowableOf(spec: unknown, call: Call): Promise<readonly string[] | null> {
    const inline = allowedValues(spec, "ResetType");
    const info = at(spec, "@Redfish.ActionInfo");
    if (inline !== null || info === undefined) return inline;
    const read = await client.find(info, call.signal);
    const parameter = listAt(read?.body, "Parameters").find((p) => at(p, "Name") === "ResetType");
    const values = listAt(parameter, "AllowableValues").filter((v) => typeof v === "string");
    return values.length === 0 ? null : values;
  }

  async function press(system: Read, goal: Goal, call: Call): Promise<void> {
    const action = actionOf(system, "ComputerSystem.Reset");
    const allowable = action === null ? null : await allowableOf(action.spec, call);
    const type = RESET_TYPES[goal].find((t) => allowable === null || allowable.includes(t));
    if (action === null || type === undefined) {
      throw new ProviderError("rejected", `this BMC offers no way to ${WORDS[goal]} the machine`);
    }
    await client.post(action.target, { ResetType: type }, call.signal);
  }

  async function reach(machine: string, goal: "on" | "off", call: Call): Promise<void> {
    const system = await systems.read(machine, call);
    if (powerOf(system) === goal) return;
    await settle(
      {
        write: () => press(system, goal, call),
        seen: async () => powerOf(await systems.read(machine, call)) === goal,
        otherwise: `power stayed ${goal === "on" ? "off" : "on"}`,
      },
      call,
      options.settleMs,
    );
  }

  return {
    read: async (machine, call): Promise<PowerState> => powerOf(await systems.read(machine, call)),
    on: (machine, call) => reach(machine, "on", call),
    off: (machine, call) => reach(machine, "off", call),
    async shutDown(machine, call) {
      const system = await systems.read(machine, call);
      if (powerOf(system) === "off") return;
      await press(system, "shutDown", call);
    },
    async reset(machine, call) {
      const system = await systems.read(machine, call);
      if (powerOf(system) === "off") throw new ProviderError("rejected", "the machine is off and cannot be reset");
      const before = textAt(system.body, "LastResetTime");
      const quirks = quirksOf({
        manufacturer: textAt(system.body, "Manufacturer"),
        model: textAt(system.body, "Model"),
      });
      await settle(
        {
          write: () => press(system, "reset", call),
          seen: async () => {
            const now = await systems.read(machine, call);
            const moved = before === null || !quirks.resetTimeMoves || textAt(now.body, "LastResetTime") !== before;
            return moved && powerOf(now) === "on";
          },
          otherwise: "the machine did not restart",
        },
        call,
        options.settleMs,
      );
    },
  };
}

const WORDS: Record<Goal, string> = { on: "turn on", off: "turn off", reset: "reset", shutDown: "shut down" };
