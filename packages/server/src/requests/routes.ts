import { requestContract } from "@berth/api/request.ts";
import { serviceContract } from "@berth/api/service.ts";
import type { Tx } from "../kernel/db/db.ts";
import { type Actor, implement, type RouteSet } from "../kernel/http/handler.ts";
import { listRequests, listServices } from "../services/lists.ts";
import { requestInfoOf, serviceDetailOf, serviceInfoOf } from "../services/read-models.ts";
import { createRequest, type RecordId, type RequestDeps } from "./request-create.ts";
import { decideRequest, ownRequest, retryRequest } from "./request-decide.ts";
import { quoteRequest } from "./request-quote.ts";
import { deleteService, extendService, ownService } from "./service-actions.ts";

export function requestRoutes(deps: RequestDeps): RouteSet {
  const { db } = deps;
  return implement(requestContract, {
    async createRequest({ actor, body, recordAnswer }) {
      const record: RecordId = async (tx, made) => recordAnswer(tx, await requestInfoOf(tx, actor, made));
      const id = await createRequest(deps, actor, body, { record });
      return requestInfoOf(db, actor, id);
    },
    quoteRequest: ({ actor, body }) => quoteRequest(db, actor, body),
    listRequests: ({ actor, query }) => listRequests(db, actor, query),
    async getRequest({ actor, params }) {
      const request = await ownRequest(db, actor, params.id, "see");
      return requestInfoOf(db, actor, request.id);
    },
    approveRequest: ({ actor, params, body, recordAnswer }) =>
      decide(deps, { actor, id: params.id, verb: "approve", reason: body.reason ?? null, recordAnswer }),
    rejectRequest: ({ actor, params, body, recordAnswer }) =>
      decide(deps, { actor, id: params.id, verb: "reject", reason: body.reason, recordAnswer }),
    withdrawRequest: ({ actor, params, body, recordAnswer }) =>
      decide(deps, { actor, id: params.id, verb: "withdraw", reason: body.reason ?? null, recordAnswer }),
    async retryRequest({ actor, params, body, recordAnswer }) {
      const id = await retryRequest(deps, actor, params.id, body, async (tx, made) =>
        recordAnswer(tx, await requestInfoOf(tx, actor, made)),
      );
      return requestInfoOf(db, actor, id);
    },
  });
}

interface DecideCall {
  readonly actor: Actor;
  readonly id: string;
  readonly verb: "approve" | "reject" | "withdraw";
  readonly reason: string | null;
  readonly recordAnswer: (tx: Tx, answer: unknown) => Promise<void>;
}

async function decide(deps: RequestDeps, call: DecideCall) {
  const { actor, verb, reason } = call;
  const id = await decideRequest(deps, actor, call.id, { verb, reason }, async (tx, decided) =>
    call.recordAnswer(tx, await requestInfoOf(tx, actor, decided)),
  );
  return requestInfoOf(deps.db, actor, id);
}

export function serviceRoutes(deps: RequestDeps): RouteSet {
  const { db } = deps;
  return implement(serviceContract, {
    listServices: ({ actor, query }) => listServices(db, actor, query),
    async getService({ actor, params }) {
      return serviceDetailOf(db, actor, await ownService(db, actor, params.id, "see"));
    },
    async extendService({ actor, params, body, recordAnswer }) {
      const id = await extendService(deps, actor, params.id, body.endsAt, async (tx, changed) =>
        recordAnswer(tx, await serviceInfoOf(tx, actor, changed)),
      );
      return serviceInfoOf(db, actor, id);
    },
    async deleteService({ actor, params }) {
      return serviceInfoOf(db, actor, await deleteService(deps, actor, params.id));
    },
  });
}
