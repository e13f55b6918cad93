import { request as httpRequest } from "node:http";
import { contract } from "@berth/api/contract.ts";
import type { Contract, Route } from "@berth/api/route.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { type Asked, addPerson, ask, type Person, type Reply } from "./people.ts";
import { makeTinyImage, publish, untilActive } from "./steps.ts";

/**
 * What is another's is not there (CAP A2): over a whole running controller with a service that lives, by id and by name.
 * That no route is forgotten is for packages/server/src/authorization-matrix.db.test.ts, where every route stands with
 * every role; the objects there have ended.
 */
type OwnerRoute = {
  [K in keyof typeof contract]: (typeof contract)[K]["rule"] extends "owner" ? K : never;
}[keyof typeof contract];

/** What ada has; each is known by these texts. */
const ada = { service: "", request: "", server: "", operation: "", waiting: "", token: "", pool: "" };
type Kind = keyof typeof ada;

interface ObjectCase {
  /** What may be named, each by its id and by its name. */
  readonly names: readonly string[];
  readonly ask: (idOrName: string) => Asked;
  /** Of some things administrators see no more than anybody. */
  readonly isOwnOnly?: true;
}

interface ListCase {
  readonly queries: readonly Record<string, unknown>[];
  /** What ada finds in it and bob never. */
  readonly finds: Kind;
  readonly isOwnOnly?: true;
}

const NAMES: Record<Kind, string> = {
  service: "shop",
  request: "shop",
  server: "shop-a-1",
  operation: "shop",
  waiting: "desk",
  token: "token-of-ada",
  pool: "closed",
};
const PUBLIC_KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from("0000000b7373682d6564323535313900000020", "hex"), Buffer.alloc(32, 7)]).toString("base64")}`;
const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000).toISOString();
const byId = (id: string): Asked => ({ params: { id } });
const bare = (id: string): Asked => ({ params: { id }, body: {} });

const LISTS: Partial<Record<OwnerRoute, ListCase>> = {
  listTokens: { queries: [{}, { search: "token" }], finds: "token", isOwnOnly: true },
  listRequests: { queries: [{}, { state: "waiting" }, { requester: "ada" }, { search: "desk" }], finds: "waiting" },
  listServices: { queries: [{}, { state: "active" }, { owner: "ada" }, { search: "shop" }], finds: "service" },
  listServers: { queries: [{}, { service: "shop" }, { kind: "virtual" }, { search: "shop" }], finds: "server" },
  listOperations: {
    queries: [
      {},
      { ended: true },
      { ended: false },
      { subjectKind: "service" },
      { workflow: "service-deliver" },
      { search: "shop" },
    ],
    finds: "operation",
  },
};

const OBJECTS: Partial<Record<OwnerRoute, () => ObjectCase>> = {
  getPool: () => ({ names: [ada.pool, NAMES.pool], ask: byId }),
  getPoolCalendar: () => ({ names: [ada.pool, NAMES.pool], ask: byId }),
  getRequest: () => ({ names: [ada.request, NAMES.request], ask: byId }),
  getService: () => ({ names: [ada.service, NAMES.service], ask: byId }),
  getServer: () => ({ names: [ada.server, NAMES.server], ask: byId }),
  getOperation: () => ({ names: [ada.operation, NAMES.operation], ask: byId }),
  watchOperation: () => ({ names: [ada.operation, NAMES.operation], ask: byId }),
  explain: () => ({
    names: [ada.server, NAMES.server],
    ask: (id) => ({ params: { kind: "server", id } }),
  }),
  accessServer: () => ({
    names: [ada.server, NAMES.server],
    ask: (id) => ({ ...byId(id), body: { publicKey: PUBLIC_KEY } }),
  }),
  fetchFromServer: () => ({ names: [ada.server, NAMES.server], ask: bare }),
  stopServer: () => ({ names: [ada.server, NAMES.server], ask: bare }),
  startServer: () => ({ names: [ada.server, NAMES.server], ask: bare }),
  restartServer: () => ({ names: [ada.server, NAMES.server], ask: bare }),
  retryOperation: () => ({ names: [ada.operation], ask: bare }),
  rollbackOperation: () => ({ names: [ada.operation], ask: bare }),
  acceptOperation: () => ({ names: [ada.operation], ask: bare }),
  cancelOperation: () => ({ names: [ada.operation], ask: bare }),
  extendService: () => ({
    names: [ada.service, NAMES.service],
    ask: (id) => ({ ...byId(id), body: { endsAt: inDays(5) } }),
  }),
  withdrawRequest: () => ({ names: [ada.waiting, NAMES.waiting], ask: bare }),
  retryRequest: () => ({ names: [ada.waiting, NAMES.waiting], ask: bare }),
  deleteService: () => ({ names: [ada.service, NAMES.service], ask: byId }),
  revokeToken: () => ({ names: [ada.token, NAMES.token], ask: byId, isOwnOnly: true }),
};

const routeOf = (operation: string): Route => (contract as Contract)[operation] as Route;

let house: House;
let controller: RunningController;
const people: Record<"ada" | "bob", Person | null> = { ada: null, bob: null };

beforeAll(async () => {
  house = await startHouse({ blades: 1, hosts: 1 });
  controller = await house.startController();
  const { api } = controller;
  await moveIn(house, api);
  await makeTinyImage(api);
  await publish(api, TEMPLATE);
  const owner = await addPerson(controller, "ada");
  people.ada = owner;
  people.bob = await addPerson(controller, "bob");
  const { hosts } = await api.getPool({ params: { id: "default" } });
  await api.createPool({ body: { name: NAMES.pool, users: ["ada"], hosts } });
  const wish = { template: "one", completion: "a", email: "ada@example.org", endsAt: inDays(7), pools: [NAMES.pool] };
  const shop = await owner.api.createRequest({ body: { ...wish, service: NAMES.service } });
  await api.approveRequest({ params: { id: shop.id }, body: {} });
  const desk = await owner.api.createRequest({ body: { ...wish, service: NAMES.waiting, completion: "b" } });
  await untilActive(api, shop.id, 120_000);
  const { items: servers } = await api.listServers({ query: { service: NAMES.service } });
  const { items: tokens } = await owner.api.listTokens();
  Object.assign(ada, {
    service: shop.serviceId,
    request: shop.id,
    server: servers[0]?.id,
    operation: shop.operationId,
    waiting: desk.id,
    token: tokens[0]?.id,
    pool: (await api.getPool({ params: { id: NAMES.pool } })).id,
  });
});

afterAll(async () => {
  await house?.stop();
});

describe("what is another's", () => {
  it.each(Object.entries(OBJECTS))("%s: is answered as what is not there", async (operation, make) => {
    const { names, ask: asked, isOwnOnly } = make();
    for (const name of names) {
      const absent = name.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
      const ofAda = await askAs("bob", operation, asked(name));
      const ofNobody = await askAs("bob", operation, asked(absent));
      expect(ofAda.status, name).toBe(404);
      expect(anonymous(ofAda, name)).toEqual(anonymous(ofNobody, absent));
      if (isOwnOnly) expect((await askAs("admin", operation, asked(name))).status).toBe(404);
    }
  });

  it.each(Object.entries(LISTS))("%s: is in nobody else's list", async (operation, { queries, finds, isOwnOnly }) => {
    for (const query of queries) {
      const ids = async (who: "ada" | "bob" | "admin") => {
        const { body } = await askAs(who, operation, { query: { ...query, limit: 500 } });
        return (body as { items: { id: string }[] }).items.map((item) => item.id);
      };
      expect(await ids("bob"), JSON.stringify(query)).not.toContain(ada[finds]);
      expect(new Set(await ids("bob")).intersection(new Set(await ids("ada"))).size).toBe(0);
      const isSeenByAdmin = (await ids("admin")).includes(ada[finds]);
      const isSeenByAda = (await ids("ada")).includes(ada[finds]);
      expect(isSeenByAdmin).toBe(isOwnOnly === true ? false : isSeenByAda);
    }
    const all = await askAs("ada", operation, { query: { limit: 500 } });
    expect((all.body as { items: { id: string }[] }).items.map((item) => item.id)).toContain(ada[finds]);
  });

  it("stays hidden behind the parts of an operation, and behind the subject of one", async () => {
    const parts = (who: "ada" | "bob") => askAs(who, "listOperations", { query: { parentId: ada.operation } });
    expect((await parts("bob")).body).toEqual({ items: [] });
    const own = (await parts("ada")).body as { items: { id: string }[] };
    expect(own.items.length).toBeGreaterThan(0);
    for (const part of own.items) expect((await askAs("bob", "getOperation", byId(part.id))).status).toBe(404);
    const bySubject = { query: { subjectKind: "service", subjectId: ada.service } };
    expect((await askAs("bob", "listOperations", bySubject)).body).toEqual({ items: [] });
  });

  it.each(["service", "request"] as const)("is not explained: why %s", async (kind) => {
    for (const id of [ada[kind], NAMES[kind]]) {
      const refused = await askAs("bob", "explain", { params: { kind, id } });
      const absent = await askAs("bob", "explain", { params: { kind, id: "nothing" } });
      expect(refused.status).toBe(404);
      expect(anonymous(refused, id)).toEqual(anonymous(absent, "nothing"));
      expect((await askAs("ada", "explain", { params: { kind, id } })).status).toBe(200);
    }
  });

  it("is not reached by a tunnel, which is no route of the contract", async () => {
    expect(await tunnelStatus("bob", ada.server)).toBe(404);
    expect(await tunnelStatus("bob", NAMES.server)).toBe(404);
    expect(await tunnelStatus("bob", "nothing")).toBe(404);
    expect(await tunnelStatus("ada", ada.server)).toBe(101);
    expect(await tunnelStatus("admin", ada.server)).toBe(101);
  });

  it("is not what a key of the other repeats: keys of two callers are two keys", async () => {
    const key = { "idempotency-key": "the-same-key" };
    const quote = (who: "ada" | "bob") =>
      fetch(new URL(`/v1/requests/${NAMES.waiting}/retry`, controller.url), {
        method: "POST",
        headers: { ...key, authorization: `Bearer ${tokenOf(who)}`, "content-type": "application/json" },
        body: "{}",
      });
    expect((await quote("ada")).status).toBe(409);
    expect((await quote("bob")).status).toBe(404);
  });

  it("has not been changed by any of this", async () => {
    const { api } = controller;
    expect(await api.getService({ params: { id: ada.service } })).toMatchObject({
      state: "active",
      allowed: expect.any(Array),
    });
    expect(await api.getRequest({ params: { id: ada.waiting } })).toMatchObject({ state: "waiting" });
    expect(await api.getServer({ params: { id: ada.server } })).toMatchObject({
      state: "active",
      power: { wanted: "on" },
    });
    const { items } = await api.listAudit({ query: { user: "bob", outcome: "done", limit: 500 } });
    expect(items.filter((entry) => !["token", "session", "user"].includes(entry.objectKind))).toEqual([]);
  });
});

describe("a pool that only some may use", () => {
  const wish = { service: "bobs", template: "one", completion: "c", email: "bob@example.org", endsAt: inDays(7) };

  it("is in the lists of those and of administrators", async () => {
    const names = async (who: "ada" | "bob" | "admin") => {
      const { body } = await askAs(who, "listPools", {});
      return (body as { items: { name: string }[] }).items.map((pool) => pool.name);
    };
    expect(await names("ada")).toEqual(expect.arrayContaining(["default", NAMES.pool]));
    expect(await names("admin")).toEqual(expect.arrayContaining(["default", NAMES.pool]));
    expect(await names("bob")).toEqual(["default"]);
  });

  it.each(["createRequest", "quoteRequest"])(
    "%s: is refused to others in the words for one that is not there",
    async (operation) => {
      const closed = await askAs("bob", operation, { body: { ...wish, pools: [NAMES.pool] } });
      const absent = await askAs("bob", operation, { body: { ...wish, pools: ["nowhere"] } });
      expect(closed).toMatchObject({ status: 400, body: { code: "invalid_request", fields: [{ field: "pools[0]" }] } });
      expect(anonymous(closed, NAMES.pool)).toEqual(anonymous(absent, "nowhere"));
    },
  );

  it("shows its members, but not who holds what, to those who may use it", async () => {
    const { body } = await askAs("ada", "getPool", byId(NAMES.pool));
    expect(body).toMatchObject({ name: NAMES.pool, use: [] });
    const ofAdmin = await askAs("admin", "getPool", byId(NAMES.pool));
    expect((ofAdmin.body as { use: unknown[] }).use).toHaveLength(2);
  });
});

/** Last, as it changes things: were a case above to ask for what is not there anyway, it would show here. */
describe("what is one's own", () => {
  it.each(Object.entries(OBJECTS))("%s: is there for its owner, and for administrators", async (operation, make) => {
    const { names, ask: asked, isOwnOnly } = make();
    const [id = ""] = names;
    if (isOwnOnly !== true) expect((await askAs("admin", operation, asked(id))).status).not.toBe(404);
    expect((await askAs("ada", operation, asked(id))).status).not.toBe(404);
  });
});

/** An answer without what is different each time. */
function anonymous({ status, body }: Reply, name: string): unknown {
  const { requestId: _, ...rest } = body as { requestId: string };
  return { status, body: JSON.parse(JSON.stringify(rest).replaceAll(name, "NAME")) };
}

function tokenOf(who: "ada" | "bob" | "admin"): string {
  return who === "admin" ? controller.token : (people[who]?.token ?? "");
}

function askAs(who: "ada" | "bob" | "admin", operation: string, asked: Asked): Promise<Reply> {
  return ask(controller.url, tokenOf(who), routeOf(operation), asked);
}

function tunnelStatus(who: "ada" | "bob" | "admin", server: string): Promise<number> {
  const headers = { authorization: `Bearer ${tokenOf(who)}`, connection: "Upgrade", upgrade: "berth-tunnel" };
  return new Promise((resolve, reject) => {
    const asked = httpRequest(new URL(`/v1/servers/${server}/tunnel?port=22`, controller.url), { headers });
    asked.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.once("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once("error", reject);
    asked.end();
  });
}

const TEMPLATE = `apiVersion: berth/v1
kind: ServiceTemplate
metadata: { name: one, title: One VM }
spec:
  groups:
    - name: a
      kind: virtual
      cores: 1
      memory: 512MiB
      image: tiny
      hostname: "a#"
      disks: [{ name: root, size: 1GiB, role: boot }]
      nics: [{ network: lan, primary: true }]
`;
