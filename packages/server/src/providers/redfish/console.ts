import { ProviderError } from "../../kernel/errors.ts";
import type { Call, Console, ConsoleKind } from "../provider.ts";
import type { Read, RedfishClient } from "./client.ts";
import { at, listAt, textAt } from "./links.ts";
import { isOn, type Systems } from "./system.ts";

/**
 * Redfish says that a system has consoles and with which protocols, but not how they are reached (DSP0268,
 * ComputerSystem: GraphicalConsole, SerialConsole). So it is known here of those that have WebSockets.
 */
export function redfishConsole(client: RedfishClient, systems: Systems): Console {
  return {
    async kinds(machine, call) {
      const system = await systems.read(machine, call);
      if (!isOn(system)) return [];
      const paths = pathsOf(system);
      return (["vnc", "serial"] as const).filter((kind) => paths[kind] !== null);
    },
    async open(machine, kind, call: Call) {
      const system = await systems.read(machine, call);
      if (!isOn(system)) throw new ProviderError("rejected", "the machine is off");
      const path = pathsOf(system)[kind];
      const stream = path === null ? null : await client.webSocket(path, call.signal);
      if (stream === null) throw new ProviderError("rejected", `the management controller has no ${NAMES[kind]}`);
      return stream;
    },
  };
}

const NAMES: Record<ConsoleKind, string> = {
  vnc: "screen that Berth can show",
  serial: "serial line that Berth can show",
};
const NONE: Record<ConsoleKind, string | null> = { vnc: null, serial: null };

function pathsOf(system: Read): Record<ConsoleKind, string | null> {
  const berth = at(system.body, "Oem", "Berth");
  if (berth !== undefined)
    return { vnc: textAt(berth, "GraphicalConsoleSocket"), serial: textAt(berth, "SerialConsoleSocket") };
  return isOpenBmc(system) ? openBmcPaths(system) : NONE;
}

/** OpenBMC's web server names its one system `system`, and its manager `bmc`. */
function isOpenBmc({ body }: Read): boolean {
  const managers = listAt(body, "Links", "ManagedBy").map((manager) => textAt(manager, "@odata.id"));
  return textAt(body, "@odata.id") === "/redfish/v1/Systems/system" && managers.includes("/redfish/v1/Managers/bmc");
}

/** https://github.com/openbmc/bmcweb: include/kvm_websocket.hpp and include/obmc_console.hpp. By its source; not tried. */
function openBmcPaths({ body }: Read): Record<ConsoleKind, string | null> {
  const hasScreen =
    at(body, "GraphicalConsole", "ServiceEnabled") === true &&
    listAt(body, "GraphicalConsole", "ConnectTypesSupported").includes("KVMIP");
  return { vnc: hasScreen ? "/kvm/0" : null, serial: at(body, "SerialConsole") === undefined ? null : "/console0" };
}
