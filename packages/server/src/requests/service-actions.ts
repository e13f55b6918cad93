import { closeAsks } from "../approvals/ask.ts";
import { audit } from "../audit/audit.ts";
import { startRetirement } from "../deployments/service-end.ts";
import { dropExtension, hold, requestExtension, setLease, waitingExtension } from "../deployments/service-extension.ts";
import { demand, may, mayWhere, type Permission } from "../identity/grants.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { demandByPolicy } from "../policies/entitlement.ts";
import { SERVICE_SCOPE, serviceScope } from "../services/scope.ts";
import { findService, moveRequest, readService, requestOfService, type ServiceRow } from "../services/store.ts";
import { holdingOf, refuseBeyondPolicy } from "./holdings.ts";
import { settleApproval } from "./request-approval.ts";
import { nothing, type RecordId, type RequestDeps } from "./request-create.ts";

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
    await demandByPolicy(tx, actor, serviceScope(service), { verb: "delete", name: `service ${service.name}` });
    const why = `deleted by ${actor.name}`;
    switch (service.state) {
      case "reserved":
      case "deploying":
        await undoDelivery(deps.engine, tx, service, why);
        break;
      case "active":
      case "inactive":
      case "retiring":
        await dropExtension(tx, service.id, why);
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
  await closeAsks(engine, tx, request.id);
  if (request.state === "waiting") await engine.send(tx, request.id, "verdict", { approved: false, reason: why });
  else await engine.cancel(tx, request.id, why);
}

/**
 * Moves the end date: earlier at once, and later too where an approver asks. Where its owner asks for later, everything
 * is held until then, and the wish waits for approval like any other request.
 */
export async function extendService(
  deps: RequestDeps,
  actor: Actor,
  idOrName: string,
  until: string,
  record: RecordId = nothing,
): Promise<string> {
  const endsAt = new Date(until);
  return inTx(deps.db, async (tx) => {
    const found = await ownService(tx, actor, idOrName, "see");
    // Two at once would each hold for itself.
    await tx.selectFrom("service").select("id").where("id", "=", found.id).forUpdate().execute();
    const service = await readService(tx, found.id);
    const scope = serviceScope(service);
    const mayApprove = may(actor, "approve", scope);
    if (!mayApprove) {
      demand(actor, "operate", scope, `change service ${service.name}`);
      await demandByPolicy(tx, actor, scope, { verb: "extend", name: `service ${service.name}` });
    }
    await refuseEnd(tx, service, endsAt);
    if (endsAt > service.ends_at && !mayApprove) await askForMore(deps, tx, actor, service, endsAt);
    else {
      await hold(tx, service, endsAt);
      await setLease(deps.engine, tx, service, endsAt);
      await audit(tx, {
        actor,
        action: "service.extend",
        object: objectOf(service),
        outcome: "done",
        details: { endsAt: until },
      });
    }
    await record(tx, service.id);
    return service.id;
  });
}

async function refuseEnd(tx: Tx, service: ServiceRow, endsAt: Date): Promise<void> {
  if (service.state !== "active")
    throw new AppError("conflict", `service ${service.name} is ${service.state}: its lease can't change`);
  if (endsAt <= new Date()) throw wrongEnd("lies in the past; to end the service now, delete it");
  if (endsAt <= service.starts_at) throw wrongEnd("must be later than the start");
  const waiting = await waitingExtension(tx, service.id);
  if (waiting !== null)
    throw new AppError("conflict", `service ${service.name} waits for approval of a longer lease already`, {
      reasons: [`withdraw it first: berth request withdraw ${waiting.id}`],
    });
}

async function askForMore(deps: RequestDeps, tx: Tx, actor: Actor, service: ServiceRow, until: Date): Promise<void> {
  if (actor.userId === null) throw new AppError("unauthenticated", "sign in to ask for a longer lease");
  if (actor.userId === service.owner_id) {
    const during = { startsAt: service.ends_at, endsAt: until };
    await refuseBeyondPolicy(tx, actor, { during, asked: await holdingOf(tx, { serviceId: service.id }) });
  }
  const id = await requestExtension(tx, service, { id: actor.userId, name: actor.name }, until);
  await audit(tx, {
    actor,
    action: "request.create",
    object: { kind: "request", id },
    outcome: "done",
    details: { service: service.name, extendsTo: until.toISOString() },
  });
  await settleApproval(deps, tx, id);
}

function objectOf(service: ServiceRow) {
  return { kind: "service", id: service.id, name: service.name };
}

function wrongEnd(message: string): AppError {
  return new AppError("invalid_request", "the end date is not possible", { fields: [{ field: "endsAt", message }] });
}
