import type { Decision } from "../approvals/answer.ts";
import { type AskDeps, closeAsks, startAsk } from "../approvals/ask.ts";
import type { RequestFacts } from "../approvals/real-world.ts";
import { type ApprovalFacts, judge } from "../approvals/rules.ts";
import { rulesInOrder } from "../approvals/store.ts";
import type { Verdict } from "../deployments/service-deliver.ts";
import { applyExtension } from "../deployments/service-extension.ts";
import { projectNames } from "../identity/project-names.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { recordDecision } from "../servers/store.ts";
import { priceOf } from "../services/request-price.ts";
import { leaseDays } from "../services/rules.ts";
import { moveRequest, type RequestRow, readRequest, readService, type ServiceRow } from "../services/store.ts";
import { tellApprovers, tellDecision } from "./request-mail.ts";

export interface ApprovalDeps extends AskDeps {
  readonly engine: Engine;
}

/** Lets the approval rules judge a request that was just made, and does what they say; in the same transaction. */
export async function settleApproval(deps: ApprovalDeps, tx: Tx, requestId: string): Promise<void> {
  const request = await readRequest(tx, requestId);
  const service = await readService(tx, request.service_id);
  const { rule, outcome, reasons } = judge(await rulesInOrder(tx), await factsOf(tx, request, service));
  await tx
    .updateTable("request")
    .set({ approval_rule: rule?.name ?? null, approval_outcome: outcome })
    .where("id", "=", requestId)
    .execute();
  const chosen = rule === null ? "people are asked" : `${rule.name}: ${outcome}`;
  await recordDecision(tx, { subjectKind: "request", subjectId: requestId, kind: "approval", chosen, reasons });
  if (rule === null || outcome === "ask") return tellApprovers(tx, { request, service }, priceOf(request, service));
  if (outcome === "approve")
    return applyDecision(deps, tx, request, { verb: "approve", by: `rule ${rule.name}`, reason: null });
  const asked = { requestId, service, userId: service.owner_id, endsAt: service.ends_at };
  return startAsk(deps, tx, rule, asked);
}

/** Approves, rejects or withdraws, whoever decided. What waits for it is told in the same transaction. */
export async function applyDecision(
  deps: ApprovalDeps,
  tx: Tx,
  request: RequestRow,
  decision: Omit<Decision, "verb"> & { readonly verb: keyof typeof PAST },
): Promise<void> {
  const { verb, by, reason } = decision;
  const moved = await moveRequest(tx, request.id, verb, { by, reason });
  if (!moved) throw new AppError("conflict", `the request is ${request.state}: it can't be ${PAST[verb]} any more`);
  await closeAsks(deps.engine, tx, request.id);
  const service = await readService(tx, request.service_id);
  if (request.kind === "extension") await applyExtension(deps.engine, tx, request, verb === "approve");
  else {
    const verdict: Verdict = { approved: verb === "approve", reason: wordsOf(decision) };
    if (request.state === "waiting") await deps.engine.send(tx, request.id, "verdict", verdict);
    else await deps.engine.cancel(tx, request.id, verdict.reason);
  }
  await tellDecision(tx, { request, service }, decision);
}

const PAST = { approve: "approved", reject: "rejected", withdraw: "withdrawn" } as const;

function wordsOf({ verb, by, reason }: { verb: keyof typeof PAST; by: string; reason: string | null }): string {
  return `${PAST[verb]} by ${by}${reason === null ? "" : `: ${reason}`}`;
}

/** What an outside tool is told of a request. */
export async function describeRequest(db: Db, requestId: string): Promise<RequestFacts> {
  return db.transaction().execute(async (tx) => {
    const request = await readRequest(tx, requestId);
    const service = await readService(tx, request.service_id);
    const facts = await factsOf(tx, request, service);
    const { currency, perDay, total } = priceOf(request, service);
    return {
      kind: facts.kind,
      service: service.name,
      template: service.template_label,
      requester: request.requester,
      email: request.email,
      pool: service.pool,
      servers: facts.servers,
      startsAt: service.starts_at.toISOString(),
      endsAt: (request.extends_to ?? service.ends_at).toISOString(),
      days: facts.days,
      price: { currency, perDay, total },
    };
  });
}

/** Tells approvers of a request that nobody else decided. */
export async function askPeople(tx: Tx, requestId: string): Promise<void> {
  const request = await readRequest(tx, requestId);
  const service = await readService(tx, request.service_id);
  if (request.state === "waiting") await tellApprovers(tx, { request, service }, priceOf(request, service));
}

async function factsOf(tx: Tx, request: RequestRow, service: ServiceRow): Promise<ApprovalFacts> {
  const servers = await tx
    .selectFrom("server")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("service_id", "=", service.id)
    .executeTakeFirstOrThrow();
  const who = { userId: request.requester_id, projectId: request.project_id };
  const price = priceOf(request, service);
  return {
    kind: request.extends_to === null ? "service" : "extension",
    template: service.template_label.split("@", 1)[0] ?? "",
    ...(await requesterFacts(tx, who)),
    pricePerDay: price.perDay,
    total: price.total,
    days:
      request.extends_to === null
        ? leaseDays(service.starts_at, service.ends_at)
        : leaseDays(service.ends_at, request.extends_to),
    servers: servers.count,
  };
}

/** What rules look at of who asks, and for what project. */
export async function requesterFacts(
  tx: Tx,
  who: { readonly userId: string | null; readonly projectId: string | null },
): Promise<Pick<ApprovalFacts, "groups" | "project">> {
  const groups = await tx
    .selectFrom("user_group_member")
    .innerJoin("user_group", "user_group.id", "user_group_member.group_id")
    .select("user_group.name")
    .distinct()
    .where("user_group_member.user_id", "=", who.userId)
    .execute();
  const projects = await projectNames(tx, [who.projectId]);
  return { groups: groups.map((group) => group.name), project: projects.get(who.projectId) ?? null };
}

/** Takes the decision of an outside tool. @throws AppError `conflict` when it was decided before. Answers the state. */
export async function decideFromOutside(
  deps: ApprovalDeps,
  tx: Tx,
  requestId: string,
  decision: Decision,
): Promise<string> {
  await applyDecision(deps, tx, await readRequest(tx, requestId), decision);
  return (await readRequest(tx, requestId)).state;
}
