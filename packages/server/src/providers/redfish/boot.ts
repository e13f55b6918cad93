import { ProviderError } from "../../kernel/errors.ts";
import type { BootControl, BootTarget } from "../provider.ts";
import type { RedfishClient } from "./client.ts";
import { at } from "./links.ts";
import { settle } from "./settle.ts";
import { allowedValues, type Systems } from "./system.ts";

// Which BootSourceOverrideTarget means what; the first that the BMC takes is written.
const TARGETS: Record<BootTarget, readonly string[]> = {
  disk: ["Hdd"],
  network: ["Pxe", "UefiHttp"],
  "virtual-media": ["Cd", "UsbCd"],
};

export function redfishBoot(client: RedfishClient, systems: Systems, options: { settleMs: number }): BootControl {
  return {
    async read(machine, call) {
      const { enabled, target } = overrideOf((await systems.read(machine, call)).body);
      return { next: enabled === "Once" ? target : null, always: enabled === "Continuous" ? target : null };
    },
    async setNext(machine, target, call) {
      const system = await systems.read(machine, call);
      const allowable = allowedValues(system.body.Boot, "BootSourceOverrideTarget");
      const value = target === null ? "None" : TARGETS[target].find((t) => allowable === null || allowable.includes(t));
      if (value === undefined) throw new ProviderError("rejected", `this BMC cannot boot the machine from ${target}`);
      const boot = {
        BootSourceOverrideEnabled: target === null ? "Disabled" : "Once",
        BootSourceOverrideTarget: value,
      };
      await settle(
        {
          write: () => client.patch(system.body["@odata.id"], { Boot: boot }, system.etag, call.signal),
          seen: async () => {
            const now = overrideOf((await systems.read(machine, call)).body);
            // Some BMCs take `Once` and read back `Continuous`. The next boot is as asked; who installs clears it after.
            return target === null
              ? now.enabled === "Disabled" || now.target === null
              : now.target === target && now.enabled !== "Disabled";
          },
          otherwise: "the boot override stayed as it was",
        },
        call,
        options.settleMs,
      );
    },
  };
}

function overrideOf(system: unknown): { enabled: string; target: BootTarget | null } {
  const enabled = at(system, "Boot", "BootSourceOverrideEnabled");
  const value = at(system, "Boot", "BootSourceOverrideTarget");
  const target = (Object.keys(TARGETS) as BootTarget[]).find((t) => TARGETS[t].some((v) => v === value)) ?? null;
  return { enabled: typeof enabled === "string" ? enabled : "Disabled", target };
}
