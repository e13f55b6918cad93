import { transitionMachine } from "../estate/actions.ts";
import { SYSTEM_ACTOR } from "../identity/audit.ts";
import type { Tx } from "../kernel/db/db.ts";
import { bladeRetire } from "../servers/blade-retire.ts";
import { moveServer, readServer, serversOf } from "../servers/store.ts";
import { vmRetire } from "../servers/vm-retire.ts";
import { serviceDeliver } from "./service-deliver.ts";
import { moveRequest, moveService } from "./store.ts";
import type { ServiceWorld } from "./world.ts";

/** What the records say after a person has accepted a parked operation as it stands. Within the same transaction. */
export async function operationAccepted(
  tx: Tx,
  world: Pick<ServiceWorld, "releaseServer" | "startLease">,
  operation: { readonly id: string; readonly workflow: string },
): Promise<void> {
  switch (operation.workflow) {
    case serviceDeliver.name:
      return acceptDelivery(tx, world, operation.id);
    case vmRetire.name:
    case bladeRetire.name:
      return acceptRetirement(tx, operation.id.replace(/^retire-/, ""));
  }
}

/** The service is in use with the servers that it has; those that were undone are given back. */
async function acceptDelivery(
  tx: Tx,
  world: Pick<ServiceWorld, "releaseServer" | "startLease">,
  requestId: string,
): Promise<void> {
  const request = await tx
    .selectFrom("request")
    .select("service_id")
    .where("id", "=", requestId)
    .executeTakeFirstOrThrow();
  for (const server of await serversOf(tx, request.service_id)) {
    if (server.state !== "active" && server.state !== "inactive") await world.releaseServer(tx, server.id);
  }
  await moveService(tx, request.service_id, "done");
  await moveRequest(tx, requestId, "done");
  await world.startLease(tx, request.service_id);
}

/** The server counts as retired; a machine of which nobody knows whether it is clean leaves its pools. */
async function acceptRetirement(tx: Tx, serverId: string): Promise<void> {
  const server = await readServer(tx, serverId);
  if (server.state === "retiring") await moveServer(tx, serverId, "done");
  if (server.machine_id === null) return;
  await transitionMachine(
    tx,
    server.machine_id,
    "fail",
    `the retirement of ${server.name} was accepted as it stood`,
    SYSTEM_ACTOR,
  );
}
