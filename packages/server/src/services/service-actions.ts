import { changeFabric } from "../fabric/actions.ts";
import { audit } from "../identity/audit.ts";
import { demand, may, mayWhere, type Permission } from "../identity/grants.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { changeReservation } from "../pools/reservations.ts";
import { serversOf } from "../servers/store.ts";
import { changeVolumes } from "../storage/actions.ts";
import { nothing, type RecordId, type RequestDeps } from "./request-create.ts";
import { SERVICE_SCOPE, serviceScope } from "./scope.ts";
import { startRetirement } from "./service-end.ts";
import type { LeaseMessage } from "./service-lease.ts";
import { findService, moveRequest, requestOfService, type ServiceRow } from "./store.ts";

export const leaseId = (serviceId: string): string => `lease-${serviceId}`;

/**
 * The service, if the caller sees it; `not_found` otherwise, as if it were not there. Who sees it and may not do more is
 * told so.
 */
export async function ownService(
  db: Db | Tx,
  actor: Actor,
  idOrName: string,
  permission: Extract<Permission, "see" | "operate" | "approve"> = "operate",
): Promise<ServiceRow> {
  const seen = mayWhere(actor, "see", SERVICE_SCOPE);
  const service = await findService(db, idOrName, { seen, userId: actor.userId });
  if (service === null) throw new AppError("not_found", `there is no service ${idOrName}`);
  demand(actor, permission, serviceScope(service), `${DEEDS[permission]} service ${service.name}`);
  return service;
}

const DEEDS = { see: "see", operate: "change", approve: "decide about" } as const;

/** Removes a service: an active one is retired, one that is still being made is undone. */
export async function deleteService(deps: RequestDeps, actor: Actor, idOrName: string): Promise<string> {
  return inTx(deps.db, async (tx) => {
    const service = await ownService(tx, actor, idOrName);
    const why = `deleted by ${actor.name}`;
    switch (service.state) {
      case "reserved":
      case "deploying":
        await undoDelivery(deps.engine, tx, service, why);
        break;
      case "active":
      case "inactive":
      case "retiring":
        await startRetirement(deps.engine, tx, service, { userId: actor.userId });
        break;
      case "retired":
      case "failed":
        throw new AppError("conflict", `service ${service.name} is ${service.state}: nothing is left of it`);
    }
    await audit(tx, { actor, action: "service.delete", object: { kind: "service", id: service.id }, outcome: "done" });
    return service.id;
  });
}

async function undoDelivery(engine: Engine, tx: Tx, service: ServiceRow, why: string): Promise<void> {
  const request = await requestOfService(tx, service.id);
  await moveRequest(tx, request.id, "withdraw", { by: why, reason: why });
  if (request.state === "waiting") await engine.send(tx, request.id, "verdict", { approved: false, reason: why });
  else await engine.cancel(tx, request.id, why);
}

/** Moves the end date. Earlier is always allowed; later needs an approver, and everything still free by then. */
export async function extendService(
  deps: RequestDeps,
  actor: Actor,
  idOrName: string,
  until: string,
  record: RecordId = nothing,
): Promise<string> {
  const endsAt = new Date(until);
  return inTx(deps.db, async (tx) => {
    const service = await ownService(tx, actor, idOrName, "see");
    const isLonger = endsAt > service.ends_at;
    if (!isLonger) demand(actor, "operate", serviceScope(service), `change service ${service.name}`);
    if (service.state !== "active")
      throw new AppError("conflict", `service ${service.name} is ${service.state}: its lease can't change`);
    if (endsAt <= new Date()) throw wrongEnd("lies in the past; to end the service now, delete it");
    if (endsAt <= service.starts_at) throw wrongEnd("must be later than the start");
    if (isLonger && !may(actor, "approve", serviceScope(service)))
      throw new AppError("forbidden", "making a lease longer needs an approver", {
        reasons: ["ask an approver or an administrator to extend it; making it shorter needs nobody"],
      });
    const during = { startsAt: service.starts_at, endsAt };
    await changeReservation(tx, (await requestOfService(tx, service.id)).id, during);
    for (const server of await serversOf(tx, service.id)) {
      await changeFabric(tx, server.id, during);
      await changeVolumes(tx, server.id, during);
    }
    await tx
      .updateTable("service")
      .set((eb) => ({ ends_at: endsAt, version: eb("version", "+", 1) }))
      .where("id", "=", service.id)
      .execute();
    const message: LeaseMessage = { endsAt: endsAt.toISOString() };
    await deps.engine.send(tx, leaseId(service.id), "lease", message);
    await audit(tx, { actor, action: "service.extend", object: { kind: "service", id: service.id }, outcome: "done" });
    await record(tx, service.id);
    return service.id;
  });
}

function wrongEnd(message: string): AppError {
  return new AppError("invalid_request", "the end date is not possible", { fields: [{ field: "endsAt", message }] });
}
