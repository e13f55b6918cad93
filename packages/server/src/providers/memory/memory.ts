import { SimHostFacts, SimPower, type SimPowerAction, SimVmInfo } from "@berth/api/simulated-host.ts";
import { z } from "zod";
import type { Call, PowerControl, ProviderType, VmHost } from "../provider.ts";
import { type MemoryClient, memoryClient } from "./client.ts";
import { memoryConsole } from "./console.ts";
import { memoryEvents } from "./events.ts";
import { memorySettings } from "./settings.ts";
import { memoryVolumes } from "./volumes.ts";

/** A host of a simulated lab: its guests are kept in memory, and answer on the wire. */
export const memoryProvider: ProviderType<typeof memorySettings> = {
  type: "memory",
  manages: "hosts",
  settings: memorySettings,
  open(settings) {
    const client = memoryClient(settings);
    return {
      type: "memory",
      power: memoryPower(client),
      vms: memoryVms(client),
      volumes: memoryVolumes(client),
      vmEvents: memoryEvents(client),
      console: memoryConsole(client),
      close: async () => {},
    };
  },
};

function memoryPower(client: MemoryClient): PowerControl {
  const order = (action: SimPowerAction) => (subject: string, call: Call) =>
    client.send("POST", ["vms", subject, "power"], { action }, call);
  return {
    read: async (subject, call) => (await client.get(["vms", subject, "power"], SimPower, call)).power,
    on: order("on"),
    off: order("off"),
    shutDown: order("shut-down"),
    reset: order("reset"),
  };
}

function memoryVms(client: MemoryClient): VmHost {
  return {
    ensure: ({ name, ...spec }, call) => client.send("PUT", ["vms", name], spec, call),
    remove: (name, call) => client.send("DELETE", ["vms", name], undefined, call),
    list: (call) => client.get(["vms"], z.array(SimVmInfo), call),
    facts: (call) => client.get([], SimHostFacts, call),
  };
}
