import { audit } from "../audit/audit.ts";
import { demand, mayWhere, type Permission } from "../identity/grants.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { REQUEST_SCOPE, requestScope } from "../services/scope.ts";
import { findRequest, type RequestRow } from "../services/store.ts";
import { applyDecision } from "./request-approval.ts";
import { createRequest, nothing, type RecordId, type RequestDeps, type Wish } from "./request-create.ts";

type Decision = "approve" | "reject" | "withdraw";

/** Approves, rejects or withdraws. The waiting workflow is told in the same transaction. */
export async function decideRequest(
  deps: RequestDeps,
  actor: Actor,
  idOrName: string,
  decision: { verb: Decision; reason: string | null },
  record: RecordId = nothing,
): Promise<string> {
  return inTx(deps.db, async (tx) => {
    const request = await ownRequest(tx, actor, idOrName, decision.verb === "withdraw" ? "operate" : "approve");
    await applyDecision(deps, tx, request, { ...decision, by: actor.name });
    await audit(tx, {
      actor,
      action: `request.${decision.verb}`,
      object: { kind: "request", id: request.id },
      outcome: "done",
    });
    await record(tx, request.id);
    return request.id;
  });
}

/** Asks again, with new servers, for what an ended request had asked for. */
export async function retryRequest(
  deps: RequestDeps,
  actor: Actor,
  idOrName: string,
  change: { endsAt?: string | undefined },
  record: RecordId = nothing,
): Promise<string> {
  const request = await ownRequest(deps.db, actor, idOrName);
  if (request.kind === "extension")
    throw new AppError("conflict", "it asked for a longer lease: ask for more time again at the service");
  if (!["failed", "rejected", "withdrawn", "ended"].includes(request.state))
    throw new AppError("conflict", `the request is ${request.state}: only one that has ended can be asked again`);
  // It was checked by the schema when it was first asked; its start lies in the past by now.
  const { startsAt: _past, ...wish } = request.wish as Wish;
  const again = {
    ...wish,
    ...(change.endsAt === undefined ? {} : { endsAt: change.endsAt }),
    // It may have another name by now.
    project: request.project_id ?? undefined,
  };
  if (request.requester_id === actor.userId) return createRequest(deps, actor, again, { record });
  // Whoever asks again, the service is the requester's.
  const owner = { id: request.requester_id, name: request.requester };
  return createRequest(deps, actor, again, { record, behalf: { owner, projectId: request.project_id } });
}

/**
 * The request, if the caller sees it; `not_found` otherwise, as if it were not there. Who sees it and may not do more is
 * told so.
 */
export async function ownRequest(
  db: Db | Tx,
  actor: Actor,
  idOrName: string,
  permission: Extract<Permission, "see" | "operate" | "approve"> = "operate",
): Promise<RequestRow> {
  const seen = mayWhere(actor, "see", REQUEST_SCOPE);
  const request = await findRequest(db, idOrName, { seen, userId: actor.userId });
  if (request === null) throw new AppError("not_found", `there is no request ${idOrName}`);
  demand(actor, permission, requestScope(request), `${DEEDS[permission]} this request`);
  return request;
}

const DEEDS = { see: "see", operate: "change", approve: "decide" } as const;
