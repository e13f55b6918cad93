import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { RequestTable, ServiceTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import { isEnded } from "../kernel/workflow/operation-rules.ts";
import { isUuid } from "../servers/rules.ts";
import {
  nextRequestState,
  nextServiceState,
  type RequestEvent,
  type RequestKind,
  type RequestState,
  type ServiceEvent,
  type ServiceState,
} from "./rules.ts";

export type ServiceRow = Selectable<ServiceTable> & { readonly state: ServiceState };
export type RequestRow = Selectable<RequestTable> & { readonly state: RequestState; readonly kind: RequestKind };

/** By id, or by the name of the newest service that has it and that the caller sees; his own before those of others. */
export async function findService(db: Db | Tx, idOrName: string, by: Finder = ANYBODY): Promise<ServiceRow | null> {
  const row = await db
    .selectFrom("service")
    .selectAll()
    .where(isUuid(idOrName) ? "id" : "name", "=", idOrName)
    .where(by.seen)
    .orderBy(sql`owner_id is not distinct from ${by.userId}::uuid`, "desc")
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : (row as ServiceRow);
}

/** For whom something is looked up by a name that several may have. */
export interface Finder {
  readonly userId: string | null;
  /** Which rows it sees. */
  readonly seen: RawBuilder<boolean>;
}

const ANYBODY: Finder = { userId: null, seen: sql<boolean>`true` };

export async function readService(db: Db | Tx, id: string): Promise<ServiceRow> {
  const row = await db.selectFrom("service").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no service ${id}`);
  return row as ServiceRow;
}

/** By id, or by the name of its service; then the newest that the caller sees: his own before those of others. */
export async function findRequest(db: Db | Tx, idOrName: string, by: Finder = ANYBODY): Promise<RequestRow | null> {
  const byId = isUuid(idOrName);
  const row = await db
    .selectFrom("request")
    .innerJoin("service", "service.id", "request.service_id")
    .selectAll("request")
    .where(byId ? "request.id" : "service.name", "=", idOrName)
    .where(by.seen)
    .orderBy(sql`request.requester_id is not distinct from ${by.userId}::uuid`, "desc")
    // What waits is what is asked about; else a service's own request, before those for a longer lease.
    .orderBy(sql`request.state = 'waiting'`, "desc")
    .orderBy("service.created_at", "desc")
    .orderBy(sql`request.kind = 'service'`, "desc")
    .orderBy("request.created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : (row as RequestRow);
}

export async function requestOfService(db: Db | Tx, serviceId: string): Promise<RequestRow> {
  const row = await db
    .selectFrom("request")
    .selectAll()
    .where("service_id", "=", serviceId)
    .where("kind", "=", "service")
    .executeTakeFirstOrThrow();
  return row as RequestRow;
}

/** The only way a request's state changes; from an end state nothing leads on, and asking is no error (steps may run twice). */
export async function moveRequest(
  tx: Tx,
  id: string,
  event: RequestEvent,
  decided?: { by: string; reason: string | null },
): Promise<boolean> {
  const row = await tx
    .selectFrom("request")
    .select(["state", "kind"])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const next = nextRequestState(row.state as RequestState, event, row.kind as RequestKind);
  if (next === null) return false;
  await tx
    .updateTable("request")
    .set((eb) => ({
      state: next,
      version: eb("version", "+", 1),
      ...(decided === undefined ? {} : { decided_by: decided.by, decided_at: new Date(), reason: decided.reason }),
    }))
    .where("id", "=", id)
    .execute();
  return true;
}

/** As moveRequest. */
export async function moveService(tx: Tx, id: string, event: ServiceEvent): Promise<boolean> {
  const row = await tx.selectFrom("service").select("state").where("id", "=", id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no service ${id}`);
  const next = nextServiceState(row.state as ServiceState, event);
  if (next === null) return false;
  await tx
    .updateTable("service")
    .set((eb) => ({ state: next, version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
  return true;
}

const SHOWN_SERVICES = 20;

/** Names of services of a project that are not gone. */
export async function servicesOfProject(tx: Tx, projectId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom("service")
    .select("name")
    .where("project_id", "=", projectId)
    .where("state", "not in", ["retired", "failed"])
    .orderBy("name")
    .limit(SHOWN_SERVICES)
    .execute();
  return rows.map((row) => row.name);
}

/** Names the operation that last changed a service. */
export async function setOperation(tx: Tx, serviceId: string, operationId: string): Promise<void> {
  await tx.updateTable("service").set({ operation_id: operationId }).where("id", "=", serviceId).execute();
}

export async function isUnderWay(tx: Tx, operationId: string): Promise<boolean> {
  const row = await tx.selectFrom("operation").select("state").where("id", "=", operationId).executeTakeFirst();
  return row !== undefined && !isEnded(row.state);
}

/** How many operations of a workflow there have been about a service. */
export async function countOperations(tx: Tx, workflow: string, serviceId: string): Promise<number> {
  const { count } = await tx
    .selectFrom("operation")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("subject_kind", "=", "service")
    .where("subject_id", "=", serviceId)
    .where("workflow", "=", workflow)
    .executeTakeFirstOrThrow();
  return count;
}

export async function readRequest(db: Db | Tx, id: string): Promise<RequestRow> {
  const row = await db.selectFrom("request").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no request ${id}`);
  return row as RequestRow;
}
