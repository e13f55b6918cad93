import { randomUUID } from "node:crypto";
import { it } from "vitest";
import type { Db } from "../kernel/db/db.ts";
import { exerciseWorkflow } from "../kernel/workflow/exercise.ts";
import type { PowerControl, PowerState, Provider } from "../providers/provider.ts";
import { type MachinePower, machinePower } from "./machine-power.ts";

async function world(db: Db, action: MachinePower["action"], before: PowerState) {
  const siteId = randomUUID();
  const machineId = randomUUID();
  await db
    .insertInto("site")
    .values({ id: siteId, name: `site-${siteId}` })
    .execute();
  await db
    .insertInto("machine")
    .values({ id: machineId, name: `m-${machineId}`, site_id: siteId })
    .execute();
  const seen = { power: before };
  const power: PowerControl = {
    read: async () => seen.power,
    on: async () => {
      seen.power = "on";
    },
    off: async () => {
      seen.power = "off";
    },
    shutDown: async () => {},
    reset: async () => {},
  };
  const provider: Provider = { type: "small", power, close: async () => {} };
  const providers = { forMachine: async () => ({ provider, system: "1" }) };
  return { deps: { db, providers }, input: { machineId, action }, seen };
}

it.each([
  ["on", "off"],
  ["off", "on"],
  ["reset", "on"],
] as const)("machine-power %s can repeat, fail or crash at any step, and ends as asked", async (action, before) => {
  await exerciseWorkflow(machinePower, {
    goesBack: false,
    setUp: (db) => world(db, action, before),
    snapshot: ({ seen }) => ({ ...seen }),
  });
});
