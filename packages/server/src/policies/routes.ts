import {
  type SelfServicePolicyInfo,
  SelfServiceVerb,
  selfServicePolicyContract,
} from "@berth/api/self-service-policy.ts";
import { z } from "zod";
import type { Db } from "../kernel/db/db.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { type Actor, implement, type RouteSet } from "../kernel/http/handler.ts";
import { moneyShort } from "../kernel/money.ts";
import { createPolicy, deletePolicy, updatePolicy } from "./actions.ts";
import { entitlementOf } from "./entitlement.ts";
import { type Holding, limitRows } from "./rules.ts";
import { findPolicy, type PolicyRow, policyRows } from "./store.ts";

export interface PolicyDeps {
  readonly db: Db;
  /** What somebody holds now; a room above knows it. */
  holdingOf(actor: Actor): Promise<Holding>;
}

export function selfServiceRoutes({ db, holdingOf }: PolicyDeps): RouteSet {
  return implement(selfServicePolicyContract, {
    listSelfServicePolicies: async ({ query }) => {
      const page = await pageQuery(policyRows(db), query, {
        sorts: { name: textKey("self_service_policy.name"), createdAt: timeKey("self_service_policy.created_at") },
        standard: "name",
        id: uuidKey("self_service_policy.id"),
        search: textKey("self_service_policy.name"),
      });
      return mapPage(page, (row) => policyView(row as PolicyRow));
    },
    getSelfServicePolicy: async ({ params }) => policyView(await findPolicy(db, params.id)),
    createSelfServicePolicy: async ({ actor, body }) => policyView(await createPolicy(db, actor, body)),
    updateSelfServicePolicy: async ({ actor, params, body, ifMatch }) =>
      policyView(await updatePolicy(db, actor, { policy: params.id, ifMatch, change: body })),
    deleteSelfServicePolicy: async ({ actor, params }) => {
      await deletePolicy(db, actor, params.id);
      return {};
    },
    getEntitlement: async ({ actor }) => {
      const entitlement = await entitlementOf(db, actor);
      return {
        policies: [...entitlement.policies],
        templates: entitlement.templates === null ? null : [...entitlement.templates],
        pools: entitlement.pools === null ? null : [...entitlement.pools],
        actions: [...entitlement.actions],
        limits: limitRows(entitlement.limits, await holdingOf(actor)),
      };
    },
  });
}

const Verbs = z.array(SelfServiceVerb);

function policyView(row: PolicyRow): z.input<typeof SelfServicePolicyInfo> {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    notes: row.notes,
    everybody: row.everybody,
    users: row.users,
    groups: row.groups,
    projects: row.projects,
    templates: row.templates,
    pools: row.pools,
    actions: Verbs.parse(row.actions),
    maxServers: row.max_servers,
    maxCores: row.max_cores,
    maxMemoryGiB: row.max_memory_gib,
    maxStorageGiB: row.max_storage_gib,
    maxMoneyPerMonth: row.max_money_per_month === null ? null : moneyShort(row.max_money_per_month),
    createdAt: row.created_at.toISOString(),
  };
}
