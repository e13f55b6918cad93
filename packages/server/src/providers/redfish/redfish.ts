import type { ProviderType } from "../provider.ts";
import { redfishBoot } from "./boot.ts";
import { REQUEST_TIMEOUT_MS, redfishClient } from "./client.ts";
import { redfishConsole } from "./console.ts";
import { redfishIdentity } from "./identity.ts";
import { redfishInventory } from "./inventory.ts";
import { redfishPower } from "./power.ts";
import { RedfishSettings } from "./settings.ts";
import { SETTLE_TIMEOUT_MS } from "./settle.ts";
import { systemsOf } from "./system.ts";
import { openTransport } from "./transport.ts";
import { redfishVirtualMedia } from "./virtual-media.ts";

interface Patience {
  /** How long one request may take. */
  readonly requestTimeoutMs: number;
  /** How long until what the BMC accepted can be seen. */
  readonly settleMs: number;
}

/** Management controllers that speak Redfish (DSP0266). A subject is the id of a system of this controller. */
export function redfishProviderWith(patience: Patience): ProviderType<typeof RedfishSettings> {
  return {
    type: "redfish",
    manages: "machines",
    settings: RedfishSettings,
    open(settings, { dial }) {
      const client = redfishClient(settings, openTransport(settings, dial), patience);
      const systems = systemsOf(client);
      return {
        type: "redfish",
        power: redfishPower(client, systems, patience),
        boot: redfishBoot(client, systems, patience),
        inventory: redfishInventory(client, systems),
        virtualMedia: redfishVirtualMedia(client, systems, patience),
        identity: redfishIdentity(client, systems, patience),
        console: redfishConsole(client, systems),
        close: () => client.close(),
      };
    },
  };
}

export const redfishProvider = redfishProviderWith({
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  settleMs: SETTLE_TIMEOUT_MS,
});
