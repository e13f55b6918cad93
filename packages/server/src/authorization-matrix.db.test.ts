import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { urlOf } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import { Role, type RoleName } from "@berth/api/role.ts";
import type { Contract, Route } from "@berth/api/route.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Controller, startController } from "./controller.ts";
import { getUser } from "./identity/store.ts";
import { addCaller, CALLERS, type Caller } from "./identity/testing/callers.ts";
import { createToken } from "./identity/tokens.ts";
import { insertUser } from "./identity/users.ts";
import { inTx } from "./kernel/db/db.ts";
import { createTestDb, type TestDb } from "./kernel/db/test-db.ts";
import type { Grant } from "./kernel/http/handler.ts";
import { testActor } from "./kernel/http/testing/actor.ts";
import { createLog } from "./kernel/log.ts";
import { addThings, addWorld, type Things, type World } from "./testing/access-things.ts";

/**
 * The authorization matrix (CAP P1): a whole controller on a real database, asked over HTTP. Every route of the contract
 * that looks at an object, times every role on everything, on a project and on a pool, times an object of one's own, of
 * the project, of the pool, and of strangers. A new route of that kind without a line here does not compile; what each
 * rule asks of a caller before any object is looked at is in identity/authorization.db.test.ts, for all routes.
 */
type Operation = keyof typeof contract;
type Scoped = {
  [K in Operation]: (typeof contract)[K] extends { rule: "owner" } | { scoped: true } ? K : never;
}[Operation];

type Where = "own" | "project" | "pool" | "foreign";
const WHERE: readonly Where[] = ["own", "project", "pool", "foreign"];

/** Who may what with the object of somebody else, by what the role is on: written down again, apart from the code. */
const ADMIN = "administrator" as const;
const WHO: Record<Need, Record<Grant["on"], readonly RoleName[]>> = {
  see: {
    everything: [ADMIN, "approver", "operator", "auditor"],
    project: Role.options,
    pool: [ADMIN, "approver", "operator", "auditor"],
  },
  operate: { everything: [ADMIN, "operator"], project: [ADMIN, "operator"], pool: [ADMIN, "operator"] },
  approve: { everything: [ADMIN, "approver"], project: [ADMIN, "approver"], pool: [ADMIN, "approver"] },
  // Whoever may approve a longer lease may set it.
  lease: {
    everything: [ADMIN, "operator", "approver"],
    project: [ADMIN, "operator", "approver"],
    pool: [ADMIN, "operator", "approver"],
  },
  // Machines and hosts are of pools, and nobody's own.
  look: {
    everything: [ADMIN, "operator", "architect", "auditor"],
    project: [],
    pool: [ADMIN, "operator", "architect", "auditor"],
  },
  run: { everything: [ADMIN, "operator"], project: [], pool: [ADMIN, "operator"] },
  // A pool that is not for everybody.
  take: { everything: [ADMIN, "operator", "architect", "auditor"], project: [], pool: Role.options },
  join: { everything: [ADMIN, "approver", "operator", "auditor"], project: Role.options, pool: [] },
};
type Need = "see" | "operate" | "approve" | "lease" | "look" | "run" | "take" | "join";

interface ObjectCase {
  readonly of: keyof Things | "machine" | "host" | "resourcePool" | "project";
  readonly need: Need;
  readonly asked: (id: string) => { params: Record<string, unknown>; body?: unknown };
}

const byId = (id: string) => ({ params: { id } });
const bare = (id: string) => ({ params: { id }, body: {} });
const PUBLIC_KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from("0000000b7373682d6564323535313900000020", "hex"), Buffer.alloc(32, 7)]).toString("base64")}`;
/** Before the end of the lease, so that it needs nobody's approval. */
const earlier = new Date(Date.now() - 86_400_000 * 1.5).toISOString();

const OBJECTS = {
  getService: { of: "service", need: "see", asked: byId },
  extendService: { of: "service", need: "lease", asked: (id) => ({ ...byId(id), body: { endsAt: earlier } }) },
  deleteService: { of: "service", need: "operate", asked: byId },
  getRequest: { of: "request", need: "see", asked: byId },
  approveRequest: { of: "request", need: "approve", asked: bare },
  rejectRequest: { of: "request", need: "approve", asked: (id) => ({ ...byId(id), body: { reason: "no" } }) },
  withdrawRequest: { of: "request", need: "operate", asked: bare },
  retryRequest: { of: "request", need: "operate", asked: bare },
  getServer: { of: "server", need: "see", asked: byId },
  startServer: { of: "server", need: "operate", asked: bare },
  stopServer: { of: "server", need: "operate", asked: bare },
  restartServer: { of: "server", need: "operate", asked: bare },
  explain: { of: "server", need: "see", asked: (id) => ({ params: { kind: "server", id } }) },
  accessServer: { of: "server", need: "operate", asked: (id) => ({ ...byId(id), body: { publicKey: PUBLIC_KEY } }) },
  serverConsoles: { of: "server", need: "operate", asked: byId },
  openServerConsole: { of: "server", need: "operate", asked: (id) => ({ ...byId(id), body: { kind: "vnc" } }) },
  fetchFromServer: { of: "server", need: "operate", asked: bare },
  getOperation: { of: "operation", need: "see", asked: byId },
  usualDurations: { of: "operation", need: "see", asked: byId },
  watchOperation: { of: "operation", need: "see", asked: byId },
  retryOperation: { of: "operation", need: "operate", asked: bare },
  rollbackOperation: { of: "operation", need: "operate", asked: bare },
  acceptOperation: { of: "operation", need: "operate", asked: bare },
  cancelOperation: { of: "operation", need: "operate", asked: bare },
  getMachine: { of: "machine", need: "look", asked: byId },
  maintainMachine: {
    of: "machine",
    need: "run",
    asked: (id) => ({ ...byId(id), body: { state: "on", reason: "test" } }),
  },
  machineConsoles: { of: "machine", need: "run", asked: byId },
  openMachineConsole: { of: "machine", need: "run", asked: (id) => ({ ...byId(id), body: { kind: "vnc" } }) },
  powerMachine: { of: "machine", need: "run", asked: (id) => ({ ...byId(id), body: { action: "off" } }) },
  getHost: { of: "host", need: "look", asked: byId },
  refreshHost: { of: "host", need: "run", asked: byId },
  maintainHost: { of: "host", need: "run", asked: (id) => ({ ...byId(id), body: { state: "on", reason: "test" } }) },
  getPool: { of: "resourcePool", need: "take", asked: byId },
  getPoolCalendar: { of: "resourcePool", need: "take", asked: byId },
  getProject: { of: "project", need: "join", asked: (name) => ({ params: { name } }) },
} satisfies Partial<Record<Scoped, ObjectCase>>;

/** Lists: what each shows is what the same caller sees one by one. */
const LISTS = {
  listServices: { of: "service", need: "see" },
  listRequests: { of: "request", need: "see" },
  listServers: { of: "server", need: "see" },
  listOperations: { of: "operation", need: "see" },
  listMachines: { of: "machine", need: "look" },
  listHosts: { of: "host", need: "look" },
  listProjects: { of: "project", need: "join" },
} satisfies Partial<Record<Scoped, Omit<ObjectCase, "asked">>>;

/** Routes whose objects are of another kind, with the test that asks for those of others instead. */
const ELSEWHERE = {
  listTokens: "authorization-matrix.db.test.ts",
  revokeToken: "authorization-matrix.db.test.ts",
  listSessions: "authorization-matrix.db.test.ts",
  revokeSession: "authorization-matrix.db.test.ts",
  revokeOtherSessions: "authorization-matrix.db.test.ts",
  listReservations: "pools/pools.db.test.ts",
  watchEvents: "services/event-rights.db.test.ts",
  listScripts: "scripts/scripts.db.test.ts",
  getScript: "scripts/scripts.db.test.ts",
  listScriptVersions: "scripts/scripts.db.test.ts",
  deleteScript: "scripts/scripts.db.test.ts",
} satisfies Partial<Record<Scoped, string>>;

// Does not compile when a route is missing above.
const COMPLETE: Record<Scoped, unknown> = { ...OBJECTS, ...LISTS, ...ELSEWHERE };

let dir: string;
let test: TestDb;
let controller: Controller;
let world: World;
const things = new Map<string, Things>();
const callers = new Map<string, { userId: string; token: string }>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-matrix-"));
  test = await createTestDb();
  const { db } = test;
  controller = await startController(
    {
      stateDir: dir,
      cacheDir: dir,
      listen: { host: "127.0.0.1", port: 0 },
      publicUrl: null,
      trustedProxies: [],
      databaseUrl: test.url,
      logLevel: "silent",
      controllerName: "matrix",
    },
    createLog({ level: "error" }),
  );
  world = await addWorld(db);
  const nobody = { projectId: world.otherProjectId, poolId: world.otherPoolId };
  for (const caller of CALLERS) {
    const { userId, token } = await addCaller(db, caller, world);
    callers.set(caller.name, { userId, token });
    things.set(`own ${caller.name}`, await addThings(db, world, { name: caller.name, ownerId: userId, ...nobody }));
  }
  const stranger = { name: "stranger", role: "user", email: null, passwordHash: "none" } as const;
  const { id: ownerId } = await inTx(db, (tx) => insertUser(tx, stranger));
  const strange = { ...nobody, ownerId };
  const { projectId, poolId } = world;
  things.set("project", await addThings(db, world, { ...strange, name: "of-the-project", projectId }));
  things.set("pool", await addThings(db, world, { ...strange, name: "of-the-pool", poolId }));
  things.set("foreign", await addThings(db, world, { ...strange, name: "of-strangers" }));
});

afterAll(async () => {
  await controller?.stop();
  await test?.drop();
  await rm(dir, { recursive: true, force: true });
});

/** The object there; null where there is none of that kind. */
function thingAt(where: Where, caller: Caller, of: ObjectCase["of"]): string | null {
  const { machine, host } = world;
  switch (of) {
    case "machine":
    case "host":
      return where === "pool" || where === "foreign" ? { machine, host }[of][where] : null;
    case "resourcePool":
      return { own: null, project: null, pool: world.poolId, foreign: world.otherPoolId }[where];
    case "project":
      return { own: null, project: world.projectId, pool: null, foreign: world.otherProjectId }[where];
  }
  return things.get(where === "own" ? `own ${caller.name}` : where)?.[of] ?? null;
}

/** Whether the caller's role, beside what he owns, reaches an object there. */
function reaches(caller: Caller, need: Need, where: Where): boolean {
  if (!WHO[need][caller.on].includes(caller.role)) return false;
  return caller.on === "everything" || caller.on === where;
}

function allows(caller: Caller, need: Need, where: Where): boolean {
  const isOwners = need === "see" || need === "operate" || need === "lease";
  return (where === "own" && isOwners) || reaches(caller, need, where);
}

/** What it takes to see an object of that kind. */
const SEEING: Record<ObjectCase["of"], Need> = {
  service: "see",
  request: "see",
  server: "see",
  operation: "see",
  machine: "look",
  host: "look",
  resourcePool: "take",
  project: "join",
};

/** What keeps a caller out before any object is looked at: the rule of the route, tested for itself elsewhere. */
const RULE_ROLES: Record<string, readonly RoleName[]> = {
  approve: [ADMIN, "approver"],
  "estate-read": [ADMIN, "operator", "architect", "auditor"],
  operate: [ADMIN, "operator"],
};

function expected(caller: Caller, route: Route, { need, of }: Omit<ObjectCase, "asked">, where: Where) {
  if (RULE_ROLES[route.rule]?.includes(caller.role) === false) return 403;
  if (!allows(caller, SEEING[of], where)) return 404;
  return allows(caller, need, where) ? "reached" : 403;
}

const routeOf = (operation: string): Route => (contract as Contract)[operation] as Route;

interface Asked {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

async function ask(caller: Caller, route: Route, asked: Asked): Promise<{ status: number; body: unknown }> {
  const stop = new AbortController();
  const response = await fetch(urlOf(controller.url, route.path, asked), {
    method: route.method,
    signal: stop.signal,
    headers: {
      authorization: `Bearer ${callers.get(caller.name)?.token}`,
      "idempotency-key": crypto.randomUUID(),
      "if-match": '"1"',
      ...(asked.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
  });
  if (route.stream === true && response.ok) {
    stop.abort();
    return { status: response.status, body: null };
  }
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

/** A backend that does not answer was asked; any other trouble of ours was not foreseen here. */
const outcomeOf = (status: number) =>
  [401, 403, 404].includes(status) || (status >= 500 && status !== 503) ? status : "reached";

describe.each(Object.entries(OBJECTS) as [string, ObjectCase][])("CAP P1 %s", (operation, object) => {
  const route = routeOf(operation);

  it.each(CALLERS.map((caller) => [caller.name, caller] as const))("as %s", async (_, caller) => {
    const cells = WHERE.flatMap((where) => {
      const id = thingAt(where, caller, object.of);
      return id === null ? [] : [{ where, id }];
    });
    const outcomes = await Promise.all(
      cells.map(async ({ where, id }) => [where, outcomeOf((await ask(caller, route, object.asked(id))).status)]),
    );
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(cells.map(({ where }) => [where, expected(caller, route, object, where)])),
    );
  });
});

describe.each(Object.entries(LISTS))("CAP P1 %s", (operation, list) => {
  it.each(CALLERS.map((caller) => [caller.name, caller] as const))("as %s", async (_, caller) => {
    const route = routeOf(operation);
    const { status, body } = await ask(caller, route, { query: { limit: 500 } });
    if (RULE_ROLES[route.rule]?.includes(caller.role) === false) {
      expect(status).toBe(403);
      return;
    }
    expect(status, JSON.stringify(body)).toBe(200);
    const shown = new Set((body as { items: { id: string }[] }).items.map((item) => item.id));
    const cells = WHERE.flatMap((where) => {
      const id = thingAt(where, caller, list.of);
      return id === null ? [] : [[where, id] as const];
    });
    expect(Object.fromEntries(cells.map(([where, id]) => [where, shown.has(id)]))).toEqual(
      Object.fromEntries(cells.map(([where]) => [where, allows(caller, list.need, where)])),
    );
  });
});

it("lets nobody see or end the tokens and sessions of others by these routes, whatever his role", async () => {
  const { db } = test;
  const { id: userId } = await getUser(db, "stranger");
  const { row } = await createToken(db, testActor("stranger", "user", { userId }), { name: "his", expiresAt: null });
  const session = { secret_hash: randomBytes(32), user_id: userId, expires_at: new Date(Date.now() + 600_000) };
  const { id: sessionId } = await db.insertInto("session").values(session).returning("id").executeTakeFirstOrThrow();
  for (const caller of CALLERS) {
    for (const list of ["listTokens", "listSessions"]) {
      expect(JSON.stringify((await ask(caller, routeOf(list), {})).body), caller.name).not.toMatch(
        new RegExp(`${row.id}|${sessionId}`),
      );
    }
    expect((await ask(caller, routeOf("revokeToken"), byId(row.id))).status, caller.name).toBe(404);
    // Who locks people out ends their sessions too.
    const mayEnd = caller.role === ADMIN && caller.on === "everything";
    if (!mayEnd) expect((await ask(caller, routeOf("revokeSession"), byId(sessionId))).status, caller.name).toBe(404);
    await ask(caller, routeOf("revokeOtherSessions"), {});
  }
  const left = await db.selectFrom("session").select("id").where("user_id", "=", userId).execute();
  expect(left).toEqual([{ id: sessionId }]);
});

it("answers for what is another's as for what is not there (CAP A2)", async () => {
  const stranger = CALLERS.find((caller) => caller.name === "user-of-project");
  if (stranger === undefined) throw new Error("there is no such caller");
  const absent = "0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e";
  const anonymous = ({ status, body }: { status: number; body: unknown }, id: string) => {
    const { requestId: _, ...rest } = body as { requestId: string };
    return { status, body: JSON.parse(JSON.stringify(rest).replaceAll(id, "ID")) };
  };
  for (const [operation, object] of Object.entries(OBJECTS) as [string, ObjectCase][]) {
    const foreign = thingAt("foreign", stranger, object.of) ?? "";
    const ofOther = await ask(stranger, routeOf(operation), object.asked(foreign));
    const ofNobody = await ask(stranger, routeOf(operation), object.asked(absent));
    expect(anonymous(ofOther, foreign), operation).toEqual(anonymous(ofNobody, absent));
  }
});

it("names every route that looks at objects, and none that is not there", () => {
  const scoped = Object.entries(contract as Contract).filter(([, route]) => route.rule === "owner" || route.scoped);
  expect(Object.keys(COMPLETE).sort()).toEqual(scoped.map(([operation]) => operation).sort());
  const absent = Object.values(ELSEWHERE).filter((file) => !existsSync(join(import.meta.dirname, file)));
  expect(absent).toEqual([]);
});
