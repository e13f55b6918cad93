import { randomUUID } from "node:crypto";
import type { Price } from "../catalog/price-rules.ts";
import { changeFabric } from "../fabric/actions.ts";
import type { Tx } from "../kernel/db/db.ts";
import { moneyText, moneyUnits } from "../kernel/money.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { changeReservation } from "../pools/reservations.ts";
import { serversOf } from "../servers/store.ts";
import { leaseDays } from "../services/rules.ts";
import { moveRequest, type RequestRow, readService, requestOfService, type ServiceRow } from "../services/store.ts";
import { changeVolumes } from "../storage/actions.ts";
import type { LeaseMessage } from "./service-lease.ts";

export const leaseId = (serviceId: string): string => `lease-${serviceId}`;

/** Whose wish a longer lease is. */
export interface Asker {
  readonly id: string;
  readonly name: string;
}

/**
 * Asks for a longer lease: everything is held until then at once, as with a new service, and given back if it is
 * refused. @throws AppError `conflict` when something is promised to others by then. Answers the request's id.
 */
export async function requestExtension(tx: Tx, service: ServiceRow, asker: Asker, until: Date): Promise<string> {
  await hold(tx, service, until);
  const first = await requestOfService(tx, service.id);
  const id = randomUUID();
  await tx
    .insertInto("request")
    .values({
      id,
      kind: "extension",
      extends_to: until,
      price: JSON.stringify(priceFor(service, service.ends_at, until)),
      service_id: service.id,
      requester_id: asker.id,
      requester: asker.name,
      project_id: service.project_id,
      pool_id: service.pool_id,
      email: first.email,
      completion: first.completion,
      pools: JSON.stringify(first.pools),
      on_failure: first.on_failure,
      wish: JSON.stringify({ from: service.ends_at.toISOString(), endsAt: until.toISOString() }),
    })
    .execute();
  return id;
}

/** The wish for a longer lease that waits for approval. */
export async function waitingExtension(tx: Tx, serviceId: string): Promise<RequestRow | null> {
  const row = await tx
    .selectFrom("request")
    .selectAll()
    .where("service_id", "=", serviceId)
    .where("kind", "=", "extension")
    .where("state", "=", "waiting")
    .executeTakeFirst();
  return row === undefined ? null : (row as RequestRow);
}

/** Makes the lease longer, or gives back what was held for it. */
export async function applyExtension(
  engine: Pick<Engine, "send">,
  tx: Tx,
  request: RequestRow,
  isApproved: boolean,
): Promise<void> {
  const service = await readService(tx, request.service_id);
  if (isApproved && request.extends_to !== null) await setLease(engine, tx, service, request.extends_to);
  else await hold(tx, service, service.ends_at);
}

/** A lease that ends, or a service that goes, leaves nothing to extend. */
export async function dropExtension(tx: Tx, serviceId: string, reason: string): Promise<RequestRow | null> {
  const request = await waitingExtension(tx, serviceId);
  if (request === null) return null;
  await moveRequest(tx, request.id, "fail", { by: "berth", reason });
  const service = await readService(tx, serviceId);
  await hold(tx, service, service.ends_at);
  return request;
}

/** Moves the end date of a service whose things are held until then already. */
export async function setLease(engine: Pick<Engine, "send">, tx: Tx, service: ServiceRow, endsAt: Date): Promise<void> {
  await tx
    .updateTable("service")
    .set((eb) => ({
      ends_at: endsAt,
      price: JSON.stringify(priceFor(service, service.starts_at, endsAt)),
      version: eb("version", "+", 1),
    }))
    .where("id", "=", service.id)
    .execute();
  const message: LeaseMessage = { endsAt: endsAt.toISOString() };
  await engine.send(tx, leaseId(service.id), "lease", message);
}

/** Moves the planned time of everything that a service holds. */
export async function hold(tx: Tx, service: ServiceRow, endsAt: Date): Promise<void> {
  const during = { startsAt: service.starts_at, endsAt };
  await changeReservation(tx, (await requestOfService(tx, service.id)).id, during);
  for (const server of await serversOf(tx, service.id)) {
    await changeFabric(tx, server.id, during);
    await changeVolumes(tx, server.id, during);
  }
}

/** What a day costs stays as it was asked for; only the days change. */
function priceFor(service: ServiceRow, from: Date, until: Date): Price {
  // Written by the rooms of services only.
  const price = service.price as Price;
  const days = leaseDays(from, until);
  return { ...price, days, total: moneyText(moneyUnits(price.perDay) * BigInt(days)) };
}
