import type { Call, MachineFacts, PowerState, Provider } from "../providers/provider.ts";
import { wrongField } from "./places.ts";

export interface MachineLook {
  readonly systemId: string;
  readonly facts: MachineFacts;
  readonly power: PowerState;
}

const MANY = 10;

/** Asks a management controller what one of its machines is. Without an id, the only one that it has. */
export async function lookAtMachine(provider: Provider, systemId: string | null, call: Call): Promise<MachineLook> {
  const { inventory, power } = provider;
  if (inventory === undefined || power === undefined) {
    throw wrongField("provider", `${provider.type} manages no physical machines`);
  }
  const id = systemId ?? onlyOne(await inventory.systems(call));
  const facts = await inventory.inspect(id, call);
  return { systemId: id, facts, power: await power.read(id, call) };
}

function onlyOne(systems: readonly string[]): string {
  const [first, second] = systems;
  if (first !== undefined && second === undefined) return first;
  if (first === undefined) throw wrongField("systemId", "the management controller has no machine");
  const some = systems.slice(0, MANY).join(", ");
  throw wrongField("systemId", `the management controller has ${systems.length} machines, name one: ${some}`);
}
