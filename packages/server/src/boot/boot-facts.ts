import type { Machine } from "../estate/store.ts";
import type { Tx } from "../kernel/db/db.ts";
import { type BootChoice, decideBoot, doubtOf } from "./boot-rules.ts";
import { type BootPolicy, type Looked, matchPolicy } from "./policy-rules.ts";
import { policiesInOrder } from "./policy-store.ts";
import { activeDeployment, type DeploymentRow, lastDone, profileCards } from "./store.ts";

export interface BootReasons {
  readonly choice: BootChoice;
  readonly deployment: DeploymentRow | null;
  /** The policy that decided; null when something surer did, or none matches. */
  readonly policy: BootPolicy | null;
  readonly looked: readonly Looked[];
}

/**
 * What the machine boots, and why. `asker` is who asks just now; null when a person wants to know what would be, and
 * there is no card or address to doubt.
 */
export async function factsOfBoot(
  tx: Tx,
  machine: Machine,
  asker: { readonly mac: string; readonly peer: string } | null,
): Promise<BootReasons> {
  const deployment = await activeDeployment(tx, machine.id);
  const macs = asker === null ? machine.nics.map((nic) => nic.mac) : [asker.mac];
  const { policy, looked } = matchPolicy(await policiesInOrder(tx), {
    macs,
    model: machine.model,
    serial: machine.serial,
  });
  const choice = decideBoot({
    task: deployment?.task ?? null,
    lastDone: await lastDone(tx, machine.id),
    machine: machine.state === "in-use" || machine.state === "retired" ? machine.state : "idle",
    doubt: asker === null ? null : doubtOf(asker, await profileCards(tx, machine.id)),
    policy,
  });
  return { choice, deployment, policy: choice.byPolicy === true ? policy : null, looked };
}
