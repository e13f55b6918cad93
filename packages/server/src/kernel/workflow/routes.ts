import { operationContract } from "@berth/api/operation.ts";
import { type Db, inTx, type Tx } from "../db/db.ts";
import { mapPage, pageQuery, textKey, timeKey } from "../db/list.ts";
import { AppError } from "../errors.ts";
import type { EventFeed } from "../events/feed.ts";
import { type Actor, implement, type RouteRequest, type RouteSet } from "../http/handler.ts";
import { verbsOf } from "../verbs.ts";
import { INFO_COLUMNS, operationInfo, readOperation, readTree } from "./operation-read.ts";
import type { OperationRights } from "./operation-rights.ts";
import { BUSY, decisionReasons, ENDED, isEnded } from "./operation-rules.ts";
import { readUsual } from "./operation-usual.ts";
import { watchOperation } from "./operation-watch.ts";
import type { Engine } from "./workflow.ts";

export interface OperationDeps {
  readonly db: Db;
  readonly engine: Pick<Engine, "open" | "cancel">;
  readonly feed: EventFeed;
  /** Writes the audit row; identity's business, which the kernel does not know. */
  readonly audit: (tx: Tx, entry: OperationAudit) => Promise<void>;
  /** Brings the records into line with an operation that a person took as it stands. */
  readonly accepted?: (
    tx: Tx,
    operation: { readonly id: string; readonly workflow: string; readonly subject_id: string },
  ) => Promise<void>;
  readonly rights: OperationRights;
  /** The operation meant by the id or name of something else that the caller sees, such as a service. */
  readonly resolve?: (actor: Actor, idOrName: string) => Promise<string | null>;
}

export interface OperationAudit {
  readonly actor: Actor;
  readonly action: `operation.${string}`;
  readonly object: { readonly kind: "operation"; readonly id: string; readonly name: string };
  readonly outcome: "done";
  readonly requestId: string;
  readonly details?: Record<string, unknown>;
}

/** What all four decisions are asked with. */
type AskedDecision = Pick<
  RouteRequest<(typeof operationContract)["retryOperation"]>,
  "params" | "body" | "actor" | "requestId" | "recordAnswer"
>;

export function operationRoutes(deps: OperationDeps): RouteSet {
  const { db, engine } = deps;

  const find = async (id: string, actor: Actor) => {
    const named = await readSeen(db, deps.rights, actor, id);
    const meant = named === null ? await deps.resolve?.(actor, id) : null;
    const row = named ?? (meant == null ? null : await readSeen(db, deps.rights, actor, meant));
    if (row === null) throw new AppError("not_found", "There is no such operation.");
    return row;
  };

  const decide = async (verb: "retry" | "rollback" | "accept" | "cancel", request: AskedDecision) => {
    const { actor, body } = request;
    const row = await find(request.params.id, actor);
    if (!row.is_operable) throw new AppError("forbidden", `You see ${row.title}, but may not ${verb} it.`, REASON);
    // To accept what could not be undone leaves it to the operators, so it is theirs to say.
    if (verb === "accept" && row.state === "stuck" && !row.is_commanded) {
      throw new AppError("forbidden", "Only an operator may accept what could not be undone.");
    }
    return inTx(db, async (tx) => {
      if (verb === "cancel") await cancel(tx, row.id, body.reason ?? `cancelled by ${actor.name}`);
      else await engine.open(tx, row.id, verb);
      // A stuck one that is accepted goes on taking back: there, the workflow itself changes the records.
      if (verb === "accept" && row.state === "parked") await deps.accepted?.(tx, row);
      await deps.audit(tx, {
        actor,
        action: `operation.${verb}`,
        object: { kind: "operation", id: row.id, name: row.title },
        outcome: "done",
        requestId: request.requestId,
        ...(body.reason === undefined ? {} : { details: { reason: body.reason } }),
      });
      const answer = operationInfo((await readOperation(tx, row.id)) ?? row);
      await request.recordAnswer(tx, answer);
      return answer;
    });
  };

  const cancel = async (tx: Tx, id: string, reason: string): Promise<void> => {
    const row = await readOperation(tx, id);
    if (row === null || isEnded(row.state) || row.phase === "backward") {
      throw new AppError("conflict", `The operation is ${row?.state ?? "gone"} and can't be cancelled any more.`);
    }
    await engine.cancel(tx, id, reason);
  };

  return implement(operationContract, {
    listOperations: async ({ query, actor }) => {
      const ended = [...ENDED];
      const busy = [...BUSY];
      const rows = db
        .selectFrom("operation")
        .select(INFO_COLUMNS)
        .where(deps.rights.seen(actor))
        .$if(query.state !== undefined, (q) => q.where("state", "=", query.state ?? ""))
        .$if(query.ended === true, (q) => q.where("state", "in", ended))
        .$if(query.ended === false, (q) => q.where("state", "not in", ended))
        .$if(query.busy === true, (q) => q.where("state", "in", busy))
        .$if(query.busy === false, (q) => q.where("state", "not in", busy))
        .$if(query.workflow !== undefined, (q) => q.where("workflow", "=", query.workflow ?? ""))
        .$if(query.subjectKind !== undefined, (q) => q.where("subject_kind", "=", query.subjectKind ?? ""))
        .$if(query.subjectId !== undefined, (q) => q.where("subject_id", "=", query.subjectId ?? ""))
        .where("parent_id", query.parentId === undefined ? "is" : "=", query.parentId ?? null);
      const page = await pageQuery(rows, query, {
        sorts: { createdAt: timeKey("operation.created_at"), title: textKey("operation.title") },
        standard: "-createdAt",
        id: textKey("operation.id"),
        search: textKey("operation.title"),
      });
      return mapPage(page, operationInfo);
    },
    getOperation: async ({ params, actor }) => {
      const row = await find(params.id, actor);
      const { lastLogId: _, ...tree } = await readTree(db, row.id);
      const caller = { isOperable: row.is_operable, isCommanded: row.is_commanded };
      return { ...operationInfo(row), ...tree, ...verbsOf(decisionReasons(row, caller)) };
    },
    usualDurations: async ({ params, actor }) => {
      const row = await find(params.id, actor);
      return { items: await readUsual(db, row.id) };
    },
    watchOperation: async ({ params, actor, lastEventId, signal }) => {
      const row = await find(params.id, actor);
      return watchOperation(deps, { id: row.id, rootId: row.root_id }, lastEventId, signal);
    },
    retryOperation: (request) => decide("retry", request),
    rollbackOperation: (request) => decide("rollback", request),
    acceptOperation: (request) => decide("accept", request),
    cancelOperation: (request) => decide("cancel", request),
  });
}

const REASON = { reasons: ["that is for the owner of what it changes, and for operators"] };

/** An operation if the caller sees it, with what he may do with it. */
async function readSeen(db: Db, rights: OperationRights, actor: Actor, id: string) {
  const row = await db
    .selectFrom("operation")
    .select(INFO_COLUMNS)
    .select([rights.operated(actor).as("is_operable"), rights.commanded(actor).as("is_commanded")])
    .where("id", "=", id)
    .where(rights.seen(actor))
    .executeTakeFirst();
  return row ?? null;
}
