import { randomUUID } from "node:crypto";
import { templatePlaceContract } from "@berth/api/template.ts";
import type { z } from "zod";
import { quote as priceQuote } from "../catalog/price-actions.ts";
import { validDocument } from "../catalog/template-actions.ts";
import { networkIdsByName } from "../fabric/store.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { poolIdsByName } from "../pools/actions.ts";
import { wouldFit } from "../pools/reserve.ts";
import { leaseDays } from "../services/rules.ts";
import { leaseOf } from "./request-create.ts";
import { demandOf, planServers } from "./request-plan.ts";

type Wish = z.output<(typeof templatePlaceContract)["placeTemplate"]["body"]>;

const MONTH_MS = 30 * 24 * 3600_000;

export function templatePlaceRoutes({ db }: { readonly db: Db }): RouteSet {
  return implement(templatePlaceContract, {
    placeTemplate: ({ actor, body }) => placeTemplate(db, actor, body),
  });
}

/** Where the servers of a text would land that nobody has saved, in the dates of the wish. Promises nothing. */
async function placeTemplate(db: Db, actor: Actor, wish: Wish) {
  const { template } = validDocument(wish.document);
  const now = new Date();
  const startsAt = wish.startsAt ?? now.toISOString();
  const endsAt = wish.endsAt ?? new Date(new Date(startsAt).getTime() + MONTH_MS).toISOString();
  const during = leaseOf({ startsAt, endsAt }, now);
  const servers = planServers(template, { service: template.name, completion: "x" }, randomUUID);
  return inTx(db, async (tx) => {
    const networkIds = await networkIdsByName(tx, template.networks);
    const poolIds = await poolIdsByName(tx, wish.pools, actor);
    const demands = servers.map((server) => demandOf(server, networkIds));
    const answer = await wouldFit(tx, { during, poolIds, demands });
    const placed = new Map(answer.placed.map((placement) => [placement.serverId, placement]));
    return {
      fits: answer.fits,
      pool: answer.pool,
      servers: servers.flatMap(({ id, name, group }) => {
        const placement = placed.get(id);
        if (placement === undefined) return [];
        const { kind, on, reasons } = placement;
        return [{ server: name, group: group.name, kind, on, reasons: [...reasons] }];
      }),
      reasons: [...answer.reasons],
      price: await priceQuote(tx, template, leaseDays(during.startsAt, during.endsAt), answer.placed),
    };
  });
}
