import { SIM_SERIAL_PROTOCOL, SimPower } from "@berth/api/simulated-host.ts";
import { ProviderError } from "../../kernel/errors.ts";
import type { Console } from "../provider.ts";
import type { MemoryClient } from "./client.ts";

/** A simulated VM has a serial line, with a system that lets anybody in, and no screen. */
export function memoryConsole(client: MemoryClient): Console {
  return {
    async kinds(subject, call) {
      const { power } = await client.get(["vms", subject, "power"], SimPower, call);
      return power === "on" ? ["serial"] : [];
    },
    async open(subject, kind, call) {
      switch (kind) {
        case "serial":
          return await client.upgrade(["vms", subject, "serial"], SIM_SERIAL_PROTOCOL, call);
        case "vnc":
          await client.get(["vms", subject, "power"], SimPower, call);
          throw new ProviderError("rejected", "a simulated VM has no screen");
      }
    },
  };
}
