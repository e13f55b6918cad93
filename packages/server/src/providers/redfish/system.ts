import { ProviderError } from "../../kernel/errors.ts";
import type { Call, PowerState } from "../provider.ts";
import type { Read, RedfishClient } from "./client.ts";
import { at, linkOf, listAt, textAt } from "./links.ts";

/** Where the systems are, found once. */
export interface Systems {
  collection(call: Call): Promise<unknown>;
  read(machine: string, call: Call): Promise<Read>;
}

export function systemsOf(client: RedfishClient): Systems {
  const state: { collection: unknown } = { collection: null };

  async function collection(call: Call): Promise<unknown> {
    if (state.collection === null) {
      const root = await client.get("/redfish/v1/", call.signal);
      const link = linkOf(root.body.Systems);
      if (link === null) throw new ProviderError("rejected", "the BMC manages no systems");
      state.collection = link;
    }
    return state.collection;
  }

  return {
    collection,
    async read(machine, call) {
      // A system's URI is its collection's with its id (DSP0266, 7.2), so a fleet behind one service costs no listing.
      if (!/^[A-Za-z0-9._~:-]{1,200}$/.test(machine) || /^\.{1,2}$/.test(machine)) throw unknownMachine();
      const base = String(await collection(call)).replace(/\/$/, "");
      const found = await client.find(`${base}/${encodeURIComponent(machine)}`, call.signal);
      if (found === null) throw unknownMachine();
      return found;
    },
  };
}

export function powerOf(system: Read): PowerState {
  switch (system.body.PowerState) {
    case "On":
    case "Paused":
      return "on";
    case "Off":
      return "off";
    default:
      return "unknown";
  }
}

/** Values that the BMC says it takes for an action's parameter or a property; null when it does not say. */
export function allowedValues(holder: unknown, name: string): readonly string[] | null {
  const values = listAt(holder, `${name}@Redfish.AllowableValues`).filter((v) => typeof v === "string");
  return values.length === 0 ? null : values;
}

export function actionOf(resource: Read, name: string): { target: unknown; spec: unknown } | null {
  const spec = at(resource.body, "Actions", `#${name}`);
  const target = textAt(spec, "target");
  return target === null ? null : { target, spec };
}

export function isOn(system: Read): boolean {
  return powerOf(system) === "on";
}

function unknownMachine(): ProviderError {
  return new ProviderError("not_found", "the BMC does not know that machine");
}
