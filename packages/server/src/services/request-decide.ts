import { audit } from "../identity/audit.ts";
import { inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { mayAct } from "../servers/owner-rules.ts";
import { createRequest, nothing, type RecordId, type RequestDeps, type Wish } from "./request-create.ts";
import type { Verdict } from "./service-deliver.ts";
import { findRequest, moveRequest, type RequestRow } from "./store.ts";

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
    const request = await ownRequest(tx, actor, idOrName);
    const moved = await moveRequest(tx, request.id, decision.verb, { by: actor.name, reason: decision.reason });
    if (!moved)
      throw new AppError("conflict", `the request is ${request.state}: it can't be ${PAST[decision.verb]} any more`);
    if (request.state === "waiting") await deps.engine.send(tx, request.id, "verdict", verdictOf(actor, decision));
    else await deps.engine.cancel(tx, request.id, verdictOf(actor, decision).reason);
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

const PAST = { approve: "approved", reject: "rejected", withdraw: "withdrawn" } as const;

function verdictOf(actor: Actor, { verb, reason }: { verb: Decision; reason: string | null }): Verdict {
  const words = reason === null ? "" : `: ${reason}`;
  return { approved: verb === "approve", reason: `${PAST[verb]} by ${actor.name}${words}` };
}

/** Asks again, with new servers, for what an ended request had asked for. */
export async function retryRequest(
  deps: RequestDeps,
  actor: Actor,
  idOrName: string,
  change: { endsAt?: string | undefined },
  record: RecordId = nothing,
): Promise<string> {
  const request = await inTx(deps.db, (tx) => ownRequest(tx, actor, idOrName));
  if (!["failed", "rejected", "withdrawn", "ended"].includes(request.state))
    throw new AppError("conflict", `the request is ${request.state}: only one that has ended can be asked again`);
  // It was checked by the schema when it was first asked; its start lies in the past by now.
  const { startsAt: _past, ...wish } = request.wish as Wish;
  const again = { ...wish, ...(change.endsAt === undefined ? {} : { endsAt: change.endsAt }) };
  // Whoever asks again, the service is the requester's.
  return createRequest(deps, actor, again, { record, owner: { id: request.requester_id, name: request.requester } });
}

/** The request, if the caller may act on it; `not_found` otherwise, as if it were not there. */
export async function ownRequest(tx: Tx, actor: Actor, idOrName: string): Promise<RequestRow> {
  const request = await findRequest(tx, idOrName, actor.userId);
  if (request === null || !mayAct(actor, request.requester_id))
    throw new AppError("not_found", `there is no request ${idOrName}`);
  return request;
}
