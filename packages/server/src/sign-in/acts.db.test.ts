import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditRefusal } from "../audit/audit.ts";
import { createAuthenticate } from "../identity/authenticate.ts";
import { ensureFirstAdministrator } from "../identity/first-administrator.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { identitySets } from "./testing/identity-sets.ts";

let test: TestDb;
let server: HttpServer;
let url: string;
let token: string;

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  const { db } = test;
  token = (await ensureFirstAdministrator(db))?.token ?? "";
  ({ url, server } = await serve({
    db,
    sets: (await identitySets(db)).sets,
    authenticate: createAuthenticate(db),
    onRefused: (refused) => auditRefusal(db, refused),
  }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

describe("acts in the audit (CAP P2)", () => {
  it("tell who, from where, by what, and what changed", async () => {
    await call(url, "POST", "/v1/users", { token, body: { name: "ada" } });
    await call(url, "PATCH", "/v1/users/ada", {
      token,
      body: { role: "architect" },
      headers: { "if-match": '"1"', "x-request-id": "abc-1" },
    });
    const { body } = await call(url, "GET", "/v1/audit?action=user.update", { token });
    expect(body.items[0]).toMatchObject({
      user: "admin",
      address: "127.0.0.1",
      credential: { kind: "token", id: expect.any(String) },
      objectName: "ada",
      outcome: "done",
      requestId: "abc-1",
      before: { role: "user" },
      after: { role: "architect" },
      position: null,
    });
  });

  it("are written of what somebody tried and may not, also by a page of another site", async () => {
    const made = await call(url, "POST", "/v1/users", { token, body: { name: "mallory" } });
    const session = await call(url, "POST", "/v1/session", { body: { name: "mallory", password: made.body.password } });
    const cookie = (session.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const tried = await call(url, "POST", "/v1/users/admin/disable", { headers: { cookie, "x-berth-csrf": "1" } });
    expect(tried.status).toBe(403);
    expect((await call(url, "DELETE", "/v1/session", { headers: { cookie } })).status).toBe(403);
    // Looking is no act, and a stranger is nobody.
    expect((await call(url, "GET", "/v1/users", { headers: { cookie } })).status).toBe(403);
    expect((await call(url, "POST", "/v1/users/admin/disable")).status).toBe(401);
    const { items } = (await call(url, "GET", "/v1/audit?outcome=refused", { token })).body;
    expect(items).toMatchObject([
      { user: "mallory", action: "access.refuse", objectId: "logout", address: "127.0.0.1" },
      {
        user: "mallory",
        objectId: "disableUser",
        credential: { kind: "session" },
        details: { path: "/v1/users/admin/disable", reason: "Only an administrator may do this." },
      },
    ]);
  });
});
