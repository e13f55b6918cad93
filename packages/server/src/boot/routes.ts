import { randomUUID } from "node:crypto";
import { policyContract } from "@berth/api/policy.ts";
import { audit } from "../audit/audit.ts";
import { machineIdOf } from "../estate/machine-actions.ts";
import { readMachine } from "../estate/store.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { integerKey, mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { AppError } from "../kernel/errors.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { factsOfBoot } from "./boot-facts.ts";
import { nameOf } from "./boot-rules.ts";
import { bootRows, policyView } from "./policy-store.ts";

export interface BootRoutesDeps {
  readonly db: Db;
}

/** What machines boot and why, and the policies for those that have nothing to do. */
export function bootRoutes({ db }: BootRoutesDeps): RouteSet {
  return implement(policyContract, {
    listBootPolicies: async ({ query }) => {
      const page = await pageQuery(db.selectFrom("boot_policy").selectAll(), query, {
        sorts: { position: integerKey("boot_policy.position"), name: textKey("boot_policy.name") },
        standard: "position",
        id: uuidKey("boot_policy.id"),
        search: textKey("boot_policy.name"),
      });
      return mapPage(page, policyView);
    },
    applyBootPolicy: async ({ actor, params, body, requestId }) =>
      inTx(db, async (tx) => {
        const { action, position, mac = null, model = null, serial = null } = body;
        const wanted = { position, action, mac_prefix: mac, model, serial };
        const row = await tx
          .insertInto("boot_policy")
          .values({ id: randomUUID(), name: params.name, ...wanted })
          .onConflict((conflict) => conflict.column("name").doUpdateSet(wanted))
          .returningAll()
          .executeTakeFirstOrThrow();
        const object = { kind: "boot-policy", id: row.id, name: row.name };
        await audit(tx, {
          actor,
          action: "boot-policy.apply",
          object,
          outcome: "done",
          requestId,
          details: policyView(row),
        });
        return policyView(row);
      }),
    deleteBootPolicy: async ({ actor, params, requestId }) =>
      inTx(db, async (tx) => {
        const row = await tx
          .deleteFrom("boot_policy")
          .where("name", "=", params.name)
          .returning("id")
          .executeTakeFirst();
        if (row === undefined) throw new AppError("not_found", `there is no policy ${params.name}`);
        const object = { kind: "boot-policy", id: row.id, name: params.name };
        await audit(tx, { actor, action: "boot-policy.delete", object, outcome: "done", requestId });
        return {};
      }),
    explainBoot: async ({ params }) =>
      inTx(db, async (tx) => {
        const machine = await readMachine(tx, await machineIdOf(tx, params.id));
        const { choice, policy, looked } = await factsOfBoot(tx, machine, null);
        return {
          machine: machine.name,
          chosen: nameOf(choice),
          reason: choice.reason,
          policy: policy?.name ?? null,
          policies: [...looked],
        };
      }),
    listBoots: async ({ params, query }) => {
      const machineId = await machineIdOf(db, params.id);
      const page = await pageQuery(bootRows(db, machineId), query, {
        sorts: { lastAt: timeKey("boot_decision.last_at") },
        standard: "-lastAt",
        id: integerKey("boot_decision.id"),
      });
      return mapPage(page, (row) => ({
        id: String(row.id),
        mac: row.mac,
        peer: row.peer_address,
        platform: row.platform,
        chosen: row.chosen,
        reason: row.reason,
        times: row.times,
        firstAt: row.first_at.toISOString(),
        lastAt: row.last_at.toISOString(),
      }));
    },
  });
}
