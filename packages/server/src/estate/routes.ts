import { enclosureContract } from "@berth/api/enclosure.ts";
import { hostContract } from "@berth/api/host.ts";
import { machineContract } from "@berth/api/machine.ts";
import { providerContract } from "@berth/api/provider.ts";
import { siteContract } from "@berth/api/site.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { type Actor, implement, type RouteSet } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { createEnclosure, deleteEnclosure, enclosureRows, enclosureView, getEnclosure } from "./enclosure-actions.ts";
import { deleteHost, enrolHost, hostIdOf, maintainHost, refreshHost, updateHost } from "./host-actions.ts";
import { findHost, hostDetail, hostRows, hostView } from "./host-list.ts";
import {
  deleteMachine,
  inspectMachine,
  machineIdOf,
  maintainMachine,
  powerMachine,
  retireMachine,
  updateMachine,
} from "./machine-actions.ts";
import { type EnrolDeps, enrolMachine, enrolMachines } from "./machine-enrol.ts";
import { findMachine, machineDetail, machineRows, machineView } from "./machine-list.ts";
import { decidedFor } from "./operators.ts";
import { testProvider } from "./provider-test.ts";
import { inReach, reachedId } from "./scope.ts";
import { createSite, deleteSite, getSite, siteRows, siteView, updateSite } from "./site-actions.ts";

export interface EstateDeps extends EnrolDeps {
  readonly engine: Engine;
}

export function estateRoutes(deps: EstateDeps): RouteSet {
  const parts = [siteRoutes(deps), enclosureRoutes(deps), machineRoutes(deps), hostRoutes(deps), providerRoutes(deps)];
  return {
    contract: Object.assign({}, ...parts.map((part) => part.contract)),
    handlers: Object.assign({}, ...parts.map((part) => part.handlers)),
  };
}

function siteRoutes({ db }: EstateDeps): RouteSet {
  return implement(siteContract, {
    listSites: async ({ query }) => mapPage(await pageQuery(siteRows(db), query, orderOf("site")), siteView),
    getSite: async ({ params }) => siteView(await getSite(db, params.id)),
    createSite: async ({ actor, body, recordAnswer }) =>
      inTx(db, async (tx) => {
        const answer = siteView(await createSite(tx, actor, body));
        await recordAnswer(tx, answer);
        return answer;
      }),
    updateSite: async ({ actor, params, body, ifMatch }) =>
      siteView(await updateSite(db, actor, { site: params.id, dial: body.dial, ifMatch })),
    deleteSite: async ({ actor, params }) => {
      await deleteSite(db, actor, params.id);
      return {};
    },
  });
}

function enclosureRoutes({ db }: EstateDeps): RouteSet {
  return implement(enclosureContract, {
    listEnclosures: async ({ query }) => {
      const rows = enclosureRows(db).$if(query.site !== undefined, (q) => q.where("site.name", "=", query.site ?? ""));
      return mapPage(await pageQuery(rows, query, orderOf("enclosure")), enclosureView);
    },
    getEnclosure: ({ params }) => getEnclosure(db, params.id),
    createEnclosure: async ({ actor, body, recordAnswer }) =>
      inTx(db, async (tx) => {
        const answer = enclosureView(await createEnclosure(tx, actor, body));
        await recordAnswer(tx, answer);
        return answer;
      }),
    deleteEnclosure: async ({ actor, params }) => {
      await deleteEnclosure(db, actor, params.id);
      return {};
    },
  });
}

function machineRoutes(deps: EstateDeps): RouteSet {
  const { db } = deps;
  const detail = async (id: string) => machineDetail(await findMachine(db, id));
  const reached = (on: Db | Tx, actor: Actor, idOrName: string, permission: "estate-read" | "operate") =>
    reachedId(on, actor, "machine", { idOrName, permission });
  return implement(machineContract, {
    listMachines: async ({ actor, query }) => {
      const rows = machineRows(db)
        .where(inReach(actor, "estate-read", "machine"))
        .$if(query.site !== undefined, (q) => q.where("site.name", "=", query.site ?? ""))
        .$if(query.enclosure !== undefined, (q) => q.where("enclosure.name", "=", query.enclosure ?? ""))
        .$if(query.state !== undefined, (q) => q.where("machine.state", "=", query.state ?? ""))
        .$if(query.health !== undefined, (q) => q.where("machine.health", "=", query.health ?? ""))
        .$if(query.maintenance !== undefined, (q) => q.where("machine.maintenance", "=", query.maintenance ?? false));
      return mapPage(await pageQuery(rows, query, orderOf("machine")), (row) => decidedFor(actor, machineView(row)));
    },
    getMachine: async ({ actor, params }) =>
      decidedFor(actor, await detail(await reached(db, actor, params.id, "estate-read"))),
    createMachine: async ({ actor, body, signal, recordAnswer }) => {
      const record: EnrolRecord = async (tx, id) => recordAnswer(tx, machineDetail(await findMachine(tx, id)));
      return detail(await enrolMachine(deps, actor, body, { signal, record }));
    },
    createMachines: async ({ actor, body, signal }) => ({
      items: await enrolMachines(deps, actor, body.items, signal),
    }),
    updateMachine: async ({ actor, params, body, ifMatch }) => {
      const id = await machineIdOf(db, params.id);
      await updateMachine(deps, actor, { id, ifMatch, change: body });
      return detail(id);
    },
    inspectMachine: async ({ actor, params, signal }) => {
      const id = await machineIdOf(db, params.id);
      await inspectMachine(deps, actor, id, signal);
      return detail(id);
    },
    maintainMachine: async ({ actor, params, body }) => {
      const id = await reached(db, actor, params.id, "operate");
      await maintainMachine(db, actor, id, body);
      return detail(id);
    },
    powerMachine: async ({ actor, params, body, recordAnswer }) =>
      inTx(db, async (tx) => {
        const id = await reached(tx, actor, params.id, "operate");
        const answer = { operationId: await powerMachine(tx, deps, actor, { id, ...body }) };
        await recordAnswer(tx, answer);
        return answer;
      }),
    retireMachine: async ({ actor, params }) => {
      const id = await machineIdOf(db, params.id);
      await retireMachine(db, actor, id);
      return detail(id);
    },
    deleteMachine: async ({ actor, params }) => {
      await deleteMachine(db, actor, await machineIdOf(db, params.id));
      return {};
    },
  });
}

function providerRoutes(deps: EstateDeps): RouteSet {
  return implement(providerContract, {
    listProviders: async () => ({ items: deps.registry.describeProviders() }),
    testProvider: ({ actor, body, signal }) => testProvider(deps, actor, body, { signal }),
  });
}

type EnrolRecord = NonNullable<Parameters<typeof enrolMachine>[3]["record"]>;

function hostRoutes(deps: EstateDeps): RouteSet {
  const { db } = deps;
  const detail = async (id: string) => hostDetail(await findHost(db, id));
  const reached = (actor: Actor, idOrName: string, permission: "estate-read" | "operate") =>
    reachedId(db, actor, "host", { idOrName, permission });
  return implement(hostContract, {
    listHosts: async ({ actor, query }) => {
      const rows = hostRows(db)
        .where(inReach(actor, "estate-read", "host"))
        .$if(query.site !== undefined, (q) => q.where("site.name", "=", query.site ?? ""))
        .$if(query.state !== undefined, (q) => q.where("host.state", "=", query.state ?? ""))
        .$if(query.maintenance !== undefined, (q) => q.where("host.maintenance", "=", query.maintenance ?? false));
      return mapPage(await pageQuery(rows, query, orderOf("host")), (row) => decidedFor(actor, hostView(row)));
    },
    getHost: async ({ actor, params }) =>
      decidedFor(actor, await detail(await reached(actor, params.id, "estate-read"))),
    createHost: async ({ actor, body, signal, recordAnswer }) => {
      const record: EnrolRecord = async (tx, id) => recordAnswer(tx, hostDetail(await findHost(tx, id)));
      return detail(await enrolHost(deps, actor, body, { signal, record }));
    },
    updateHost: async ({ actor, params, body, ifMatch }) => {
      const id = await hostIdOf(db, params.id);
      await updateHost(deps, actor, { id, ifMatch, change: body });
      return detail(id);
    },
    refreshHost: async ({ actor, params, signal }) => {
      const id = await reached(actor, params.id, "operate");
      await refreshHost(deps, id, signal);
      return detail(id);
    },
    maintainHost: async ({ actor, params, body }) => {
      const id = await reached(actor, params.id, "operate");
      await maintainHost(db, actor, id, body);
      return detail(id);
    },
    deleteHost: async ({ actor, params }) => {
      await deleteHost(db, actor, await hostIdOf(db, params.id));
      return {};
    },
  });
}

/** Every list here is by name unless asked otherwise, and searches names. */
function orderOf(table: "site" | "enclosure" | "machine" | "host") {
  return {
    sorts: {
      name: textKey(`${table}.name`),
      createdAt: timeKey(`${table}.created_at`),
      ...(table === "machine" || table === "host" ? { state: textKey(`${table}.state`) } : {}),
    },
    standard: "name",
    id: uuidKey(`${table}.id`),
    search: textKey(`${table}.name`),
  };
}
