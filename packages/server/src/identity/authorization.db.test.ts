import { randomUUID } from "node:crypto";
import { contract } from "@berth/api/contract.ts";
import type { RoleName } from "@berth/api/role.ts";
import type { AccessRule, Contract, Route } from "@berth/api/route.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashSecret, newSecret } from "../kernel/auth/secrets.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Handler } from "../kernel/http/handler.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { createAuthenticate } from "./authenticate.ts";
import { ensureFirstAdministrator } from "./first-administrator.ts";
import { getUser } from "./store.ts";
import { addCaller, CALLERS, type Caller } from "./testing/callers.ts";
import { createToken, revokeToken } from "./tokens.ts";
import { createUser, disableUser } from "./users.ts";

/**
 * Every route of the contract, asked by every kind of caller: by strangers, and by every role on everything, on a project
 * and on a pool. The routes stand here with handlers that only note that they were reached: what is tested is that nobody
 * reaches one whom its rule keeps out. What the caller may do with which object is for the authorization matrix.
 */
const STRANGERS = ["nobody", "garbage", "revoked", "expired", "disabled"] as const;

/** Beside the administrator; null: whoever is signed in. */
const MAY: Record<AccessRule, readonly RoleName[] | null> = {
  public: null,
  "signed-in": null,
  owner: null,
  design: ["architect"],
  approve: ["approver"],
  "estate-read": ["operator", "architect", "auditor"],
  operate: ["operator"],
  "audit-read": ["auditor"],
  administrator: [],
};

const routes = Object.entries(contract as Contract);
const reached = new Map<string, Set<string>>();
const tokens = new Map<string, string>([["garbage", "garbage-garbage-garbage-garbage"]]);

let test: TestDb;
let server: HttpServer;
let url: string;

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  const { db } = test;
  await ensureFirstAdministrator(db);
  const actor = testActor("test", "administrator", { userId: null });
  const projectId = randomUUID();
  await db.insertInto("project").values({ id: projectId, name: "shop" }).execute();
  for (const caller of CALLERS) {
    const { userId, token } = await addCaller(db, caller, { projectId, poolId: randomUUID() });
    tokens.set(caller.name, token);
    if (caller.name !== "administrator-of-everything") continue;
    const reader = { name: "read", expiresAt: null, scope: "read" } as const;
    tokens.set("reader", (await createToken(db, testActor(caller.name, "user", { userId }), reader)).token);
  }
  for (const name of ["revoked", "expired", "disabled"]) {
    const { user } = await createUser(db, actor, { name, role: "administrator" });
    const owner = testActor(name, "administrator", { userId: user.id });
    tokens.set(name, (await createToken(db, owner, { name: "t", expiresAt: null })).token);
    if (name === "revoked") await revokeToken(db, owner, "t");
    if (name === "disabled") await disableUser(db, actor, name);
    if (name === "expired") await expireTokens(user.id);
  }

  const handlers = Object.fromEntries(
    routes.map(([operation]) => {
      const note: Handler<Route> = async ({ actor: { name } }) => {
        reached.set(operation, (reached.get(operation) ?? new Set()).add(name));
        throw new AppError("conflict", "reached");
      };
      return [operation, note];
    }),
  );
  ({ url, server } = await serve({ db, sets: [{ contract, handlers }], authenticate: createAuthenticate(db) }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

async function expireTokens(userId: string): Promise<void> {
  await test.db
    .updateTable("api_token")
    .set({ expires_at: new Date(Date.now() - 1000) })
    .where("user_id", "=", userId)
    .execute();
}

/** Values that fit most schemas; where they do not, the refusal of the schema shows that the rule let it pass. */
function pathOf(route: Route): string {
  return route.path.replaceAll(/\{[^}]+\}/g, "0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e");
}

function askAs(who: string, operation: string, route: Route) {
  const token = tokens.get(who);
  return call(url, route.method, pathOf(route), {
    ...(token === undefined ? {} : { token }),
    ...(route.method === "GET" ? {} : { body: {} }),
    headers: { "idempotency-key": `${operation}-${who}`, "if-match": '"1"' },
  });
}

function passes(caller: Caller, route: Route): boolean {
  const roles = MAY[route.rule];
  if (roles === null) return true;
  if (caller.on !== "everything" && route.scoped !== true) return false;
  return caller.role === "administrator" || roles.includes(caller.role);
}

describe.each(routes)("CAP P1 %s", (operation, route) => {
  it.each(STRANGERS)("keeps %s out, unless it is for everybody", async (who) => {
    const reply = await askAs(who, operation, route);
    if (route.rule === "public") expect([400, 409]).toContain(reply.status);
    else expect(reply.body).toMatchObject({ code: "unauthenticated" });
  });

  it("follows its rule for every role, on everything, on a project and on a pool", async () => {
    const outcomes = await Promise.all(
      CALLERS.map(async (caller) => {
        const { status } = await askAs(caller.name, operation, route);
        return [caller.name, [400, 409].includes(status) ? "passes" : status];
      }),
    );
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(CALLERS.map((caller) => [caller.name, passes(caller, route) ? "passes" : 403])),
    );
    const kept = CALLERS.filter((caller) => !passes(caller, route)).map((caller) => caller.name);
    expect(kept.filter((name) => reached.get(operation)?.has(name))).toEqual([]);
  });

  it("lets a token that may only read do no more than that", async () => {
    const { status } = await askAs("reader", operation, route);
    if (route.rule === "public" || route.method === "GET") expect([400, 409]).toContain(status);
    else expect(status).toBe(403);
  });
});

it("lets a session change things only with the header that other sites can't add", async () => {
  const { id } = await getUser(test.db, "admin");
  const secret = newSecret("session");
  await test.db
    .insertInto("session")
    .values({ secret_hash: hashSecret(secret), user_id: id, expires_at: new Date(Date.now() + 600_000) })
    .execute();
  for (const [operation, route] of routes.filter(([, { rule }]) => rule !== "public")) {
    const reply = await call(url, route.method, pathOf(route), {
      ...(route.method === "GET" ? {} : { body: {} }),
      headers: { cookie: `berth_session=${secret}`, "idempotency-key": `${operation}-cookie`, "if-match": '"1"' },
    });
    expect(reply.status === 403, operation).toBe(route.method !== "GET");
  }
});

it("has looked at the handlers of most routes, so that a rule in the wrong place would have been seen", () => {
  const seen = routes.filter(([operation]) => reached.has(operation));
  expect(seen.length).toBeGreaterThan(routes.length / 2);
});
