import { SYSTEM_ACTOR } from "../audit/audit.ts";
import { transitionMachine } from "../estate/actions.ts";
import type { Tx } from "../kernel/db/db.ts";
import { bladeRetire } from "../landing/blade-retire.ts";
import { vmRetire } from "../landing/vm-retire.ts";
import { moveServer, readServer, serversOf } from "../servers/store.ts";
import { moveRequest, moveService, readService } from "../services/store.ts";
import { serviceDeliver } from "./service-deliver.ts";
import { startRetirement } from "./service-end.ts";
import { retiredServerOf, serviceRetire } from "./service-retire.ts";
import type { ServiceWorld } from "./world.ts";

/** What the records say after a person has accepted a parked operation as it stands. Within the same transaction. */
export async function operationAccepted(
  tx: Tx,
  world: Pick<ServiceWorld, "releaseServer" | "startLease" | "engine">,
  operation: { readonly id: string; readonly workflow: string; readonly subject_id: string },
): Promise<void> {
  switch (operation.workflow) {
    case serviceDeliver.name:
      return acceptDelivery(tx, world, operation.id);
    case vmRetire.name:
    case bladeRetire.name:
      return acceptRetirement(tx, retiredServerOf(operation.id));
    case serviceRetire.name:
      return goOnWithoutHooks(tx, world.engine, operation.subject_id);
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

/**
 * A hook that can't do its work any more must not keep a service for ever: the way back goes on without it. Once
 * nothing is left of the service, there is nothing to go on with.
 */
async function goOnWithoutHooks(tx: Tx, engine: ServiceWorld["engine"], serviceId: string): Promise<void> {
  const service = await readService(tx, serviceId);
  if (service.state === "retiring")
    await startRetirement(engine, tx, service, { userId: service.owner_id, skipHooks: true });
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
