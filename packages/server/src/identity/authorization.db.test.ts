import { contract } from "@berth/api/contract.ts";
import type { AccessRule, Contract, Route } from "@berth/api/route.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashSecret, newSecret } from "../kernel/auth/secrets.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Handler } from "../kernel/http/handler.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { createAuthenticate } from "./authenticate.ts";
import { ensureFirstAdministrator } from "./first-administrator.ts";
import { getUser } from "./store.ts";
import { createToken, revokeToken } from "./tokens.ts";
import { createUser, disableUser } from "./users.ts";

/**
 * Every route of the contract, asked by every kind of caller. The routes stand here with handlers that only note that
 * they were reached: what is tested is that nobody reaches one whom its rule keeps out. What `owner` means is for each
 * room's own tests, as only its handler knows whose an object is.
 */
const CALLERS = ["nobody", "garbage", "revoked", "expired", "disabled", "user", "administrator"] as const;
type Caller = (typeof CALLERS)[number];

const MAY: Record<AccessRule, readonly Caller[]> = {
  public: CALLERS,
  "signed-in": ["user", "administrator"],
  owner: ["user", "administrator"],
  administrator: ["administrator"],
};

const routes = Object.entries(contract as Contract);
const reached = new Map<string, string[]>();
const tokens: Record<Caller, string | null> = {
  nobody: null,
  garbage: "garbage-garbage-garbage-garbage",
  revoked: null,
  expired: null,
  disabled: null,
  user: null,
  administrator: null,
};

let test: TestDb;
let server: HttpServer;
let url: string;

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  const { db } = test;
  const admin = await ensureFirstAdministrator(db);
  const actor = { userId: null, name: "test", roles: ["administrator"] } as const;
  const tokenOf = async (name: string) => {
    const { user } = await createUser(db, actor, { name, role: "user" });
    const owner = { userId: user.id, name, roles: ["user"] } as const;
    return { owner, token: (await createToken(db, owner, { name: "t", expiresAt: null })).token };
  };
  tokens.administrator = admin?.token ?? null;
  tokens.user = (await tokenOf("user")).token;
  const revoked = await tokenOf("revoked");
  tokens.revoked = revoked.token;
  await revokeToken(db, revoked.owner, "t");
  const expired = await tokenOf("expired");
  tokens.expired = expired.token;
  await db
    .updateTable("api_token")
    .set({ expires_at: new Date(Date.now() - 1000) })
    .where("user_id", "=", expired.owner.userId)
    .execute();
  tokens.disabled = (await tokenOf("disabled")).token;
  await disableUser(db, actor, "disabled");

  const handlers = Object.fromEntries(
    routes.map(([operation]) => {
      const note: Handler<Route> = async ({ actor: { name } }) => {
        reached.set(operation, [...(reached.get(operation) ?? []), name]);
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

/** Values that fit most schemas; where they do not, the refusal of the schema shows that the rule let it pass. */
function pathOf(route: Route): string {
  return route.path.replaceAll(/\{[^}]+\}/g, "0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e");
}

describe.each(routes)("%s", (operation, route) => {
  it.each(CALLERS)("asked by %s: follows its rule", async (caller) => {
    const token = tokens[caller];
    const reply = await call(url, route.method, pathOf(route), {
      ...(token === null ? {} : { token }),
      ...(route.method === "GET" ? {} : { body: {} }),
      headers: { "idempotency-key": `${operation}-${caller}`, "if-match": '"1"' },
    });
    if (MAY[route.rule].includes(caller)) {
      expect([400, 409], `${operation} kept ${caller} out`).toContain(reply.status);
    } else {
      const isKnown = caller === "user" || caller === "administrator";
      expect(reply.body).toMatchObject({ code: isKnown ? "forbidden" : "unauthenticated" });
      expect(reached.get(operation) ?? []).not.toContain(caller);
    }
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
