import { randomUUID } from "node:crypto";
import type { Quote } from "@berth/api/request.ts";
import type { z } from "zod";
import { judge } from "../approvals/rules.ts";
import { rulesInOrder } from "../approvals/store.ts";
import { readPublishedTemplate } from "../catalog/actions.ts";
import { quote as priceQuote } from "../catalog/price-actions.ts";
import { networkIdsByName } from "../fabric/store.ts";
import { projectToAskIn } from "../identity/project-names.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { poolIdsByName } from "../pools/actions.ts";
import { wouldFit } from "../pools/reserve.ts";
import { leaseDays } from "../services/rules.ts";
import { askedOf, beyondPolicy, refuseTemplate } from "./holdings.ts";
import { requesterFacts } from "./request-approval.ts";
import { leaseOf, type Wish } from "./request-create.ts";
import { checkNames, demandOf, planServers } from "./request-plan.ts";

/** What a wish would cost, whether it fits now, and if not what is missing. Promises nothing. */
export async function quoteRequest(db: Db, actor: Actor, wish: Wish): Promise<z.input<typeof Quote>> {
  const during = leaseOf(wish, new Date());
  return inTx(db, async (tx) => {
    const { template, label } = await readPublishedTemplate(tx, wish.template);
    await refuseTemplate(tx, actor, label);
    const servers = planServers(template, wish, randomUUID);
    const problems = checkNames(servers);
    if (problems.length > 0)
      throw new AppError("invalid_request", problems[0]?.message ?? "wrong names", { fields: problems });
    const networkIds = await networkIdsByName(tx, template.networks);
    const projectId = await projectToAskIn(tx, actor, wish.project);
    const poolIds = await poolIdsByName(tx, wish.pools, actor);
    const demands = servers.map((server) => demandOf(server, networkIds));
    const answer = await wouldFit(tx, { during, poolIds, demands });
    const days = leaseDays(during.startsAt, during.endsAt);
    const price = await priceQuote(tx, template, days, answer.placed);
    const judged = judge(await rulesInOrder(tx), {
      kind: "service",
      template: label.split("@", 1)[0] ?? "",
      ...(await requesterFacts(tx, { userId: actor.userId, projectId })),
      pricePerDay: price.perDay,
      total: price.total,
      days,
      servers: servers.length,
    });
    return {
      price,
      fits: answer.fits,
      pool: answer.pool,
      reasons: [...answer.reasons],
      availability: { ...answer.availability, freeFrom: answer.freeFrom?.toISOString() ?? null },
      overLimits: await beyondPolicy(tx, actor, { during, asked: askedOf(servers, price.perDay) }),
      approval: { rule: judged.rule?.name ?? null, outcome: judged.outcome },
    };
  });
}
