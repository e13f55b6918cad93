import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grantRoutes, groupRoutes, projectRoutes } from "../identity/access-routes.ts";
import { createAuthenticate } from "../identity/authenticate.ts";
import { ensureFirstAdministrator } from "../identity/first-administrator.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { identitySets } from "./testing/identity-sets.ts";

let test: TestDb;
let server: HttpServer;
let url: string;
let admin: string;
/** Names of services that belong to projects, by the project's id: known above this room. */
const use = new Map<string, string[]>();

beforeAll(async () => {
  test = await createTestDb();
  const { db } = test;
  admin = (await ensureFirstAdministrator(db))?.token ?? "";
  const projectUse = async (_: unknown, id: string) => use.get(id) ?? [];
  const sets = [
    ...(await identitySets(db)).sets,
    groupRoutes({ db }),
    projectRoutes({ db, projectUse }),
    grantRoutes({ db }),
  ];
  ({ url, server } = await serve({ db, sets, authenticate: createAuthenticate(db) }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

const ask = (method: string, path: string, body?: unknown, more: { token?: string; version?: number } = {}) =>
  call(url, method, path, {
    token: more.token ?? admin,
    body,
    headers: { "idempotency-key": randomUUID(), "if-match": `"${more.version ?? 1}"` },
  });

/** A user with a token, who signed in to make it. */
async function addUser(name: string): Promise<string> {
  const { body } = await ask("POST", "/v1/users", { name });
  const session = await call(url, "POST", "/v1/session", { body: { name, password: body.password } });
  const cookie = (session.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const made = await call(url, "POST", "/v1/tokens", {
    headers: { cookie, "x-berth-csrf": "1" },
    body: { name: "test" },
  });
  return made.body.token;
}

const whoami = async (token: string) => (await ask("GET", "/v1/whoami", undefined, { token })).body;
const lastAudit = async (action: string) => (await ask("GET", `/v1/audit?action=${action}&limit=1`)).body.items[0];

describe("groups (CAP P1)", () => {
  it("are made, renamed and removed, and each change tells what was before and after", async () => {
    const made = await ask("POST", "/v1/groups", { name: "leads" });
    expect(made).toMatchObject({ status: 201, body: { name: "leads", external: null, memberCount: 0, members: [] } });
    const renamed = await ask("PATCH", "/v1/groups/leads", { newName: "heads", external: "ldap:cn=heads" });
    expect(renamed.body).toMatchObject({ name: "heads", external: "ldap:cn=heads", version: 2 });
    expect(await lastAudit("group.update")).toMatchObject({
      before: { name: "leads", external: null },
      after: { name: "heads", external: "ldap:cn=heads" },
    });
    expect((await ask("PATCH", "/v1/groups/heads", { newName: "x" })).body.code).toBe("precondition_failed");
    expect((await ask("DELETE", "/v1/groups/heads")).status).toBe(204);
    expect((await ask("GET", "/v1/groups/heads")).status).toBe(404);
    expect(await lastAudit("group.delete")).toMatchObject({ before: { name: "heads", members: [] } });
  });

  it("refuse a name that is taken", async () => {
    await ask("POST", "/v1/groups", { name: "twice" });
    expect((await ask("POST", "/v1/groups", { name: "twice" })).body).toMatchObject({ code: "conflict" });
    await ask("POST", "/v1/groups", { name: "once" });
    expect((await ask("PATCH", "/v1/groups/once", { newName: "twice" })).body).toMatchObject({ code: "conflict" });
  });

  it("take members once however often they are added, and tell who is not in it", async () => {
    await addUser("mia");
    await ask("POST", "/v1/groups", { name: "web" });
    await ask("PUT", "/v1/groups/web/members/mia");
    const again = await ask("PUT", "/v1/groups/web/members/mia");
    expect(again.body.members).toEqual([expect.objectContaining({ name: "mia", sources: ["hand"] })]);
    const { items } = (await ask("GET", "/v1/audit?action=group.add-member")).body;
    expect(items).toHaveLength(1);
    expect((await ask("GET", "/v1/groups?search=web")).body.items).toMatchObject([{ name: "web", memberCount: 1 }]);
    expect((await ask("DELETE", "/v1/groups/web/members/mia")).status).toBe(204);
    expect((await ask("DELETE", "/v1/groups/web/members/mia")).body.detail).toBe("mia is not in the group web.");
    expect((await ask("PUT", "/v1/groups/web/members/nobody")).status).toBe(404);
    expect((await ask("PUT", "/v1/groups/nowhere/members/mia")).status).toBe(404);
  });
});

describe("projects (CAP P1)", () => {
  it("are seen by who has a role on them, and by nobody else", async () => {
    const ada = await addUser("ada");
    const bob = await addUser("bob");
    const shop = (await ask("POST", "/v1/projects", { name: "shop" })).body;
    await ask("POST", "/v1/projects", { name: "secret" });
    await ask("POST", "/v1/grants", { role: "user", user: "ada", project: "shop" });
    const names = async (token: string) =>
      (await ask("GET", "/v1/projects", undefined, { token })).body.items.map((item: { name: string }) => item.name);
    expect(await names(ada)).toEqual(["shop"]);
    expect(await names(bob)).toEqual([]);
    expect(await names(admin)).toEqual(["secret", "shop"]);
    for (const name of ["shop", shop.id]) {
      expect((await ask("GET", `/v1/projects/${name}`, undefined, { token: ada })).status).toBe(200);
      expect((await ask("GET", `/v1/projects/${name}`, undefined, { token: bob })).status).toBe(404);
    }
  });

  it("change with what was before and after, and stay while services belong to them", async () => {
    const { id } = (await ask("POST", "/v1/projects", { name: "mill", notes: "old" })).body;
    expect((await ask("PATCH", "/v1/projects/mill", { notes: null })).body).toMatchObject({ notes: null, version: 2 });
    expect(await lastAudit("project.update")).toMatchObject({
      before: { name: "mill", notes: "old" },
      after: { name: "mill", notes: null },
    });
    use.set(id, ["wheel"]);
    expect((await ask("DELETE", "/v1/projects/mill")).body).toMatchObject({
      code: "conflict",
      reasons: ["service wheel belongs to it; delete it first"],
    });
    use.clear();
    expect((await ask("DELETE", "/v1/projects/mill")).status).toBe(204);
  });
});

describe("grants (CAP P1)", () => {
  it("hold from the next request on, by hand and through a group, until they are taken away", async () => {
    const eve = await addUser("eve");
    await ask("POST", "/v1/projects", { name: "site" });
    await ask("POST", "/v1/groups", { name: "crew" });
    const { id } = (await ask("POST", "/v1/grants", { role: "operator", group: "crew", project: "site" })).body;
    await ask("POST", "/v1/grants", { role: "auditor", user: "eve" });
    expect(await whoami(eve)).toMatchObject({ roles: ["user", "auditor"], groups: [], scope: "full" });
    await ask("PUT", "/v1/groups/crew/members/eve");
    expect(await whoami(eve)).toMatchObject({
      groups: [{ name: "crew" }],
      grants: expect.arrayContaining([
        { role: "auditor", on: "everything", id: null, name: null },
        { role: "operator", on: "project", id: expect.any(String), name: "site" },
      ]),
    });
    const { scope: _, ...herself } = await whoami(eve);
    expect((await ask("GET", "/v1/users/eve")).body).toEqual(herself);
    expect((await ask("DELETE", `/v1/grants/${id}`)).status).toBe(204);
    expect((await whoami(eve)).grants).toEqual([{ role: "auditor", on: "everything", id: null, name: null }]);
    expect(await lastAudit("grant.delete")).toMatchObject({
      before: { role: "operator", user: null, group: "crew", project: "site", pool: null },
    });
    expect((await ask("DELETE", `/v1/grants/${id}`)).status).toBe(404);
  });

  it("on a pool name it, and end with it", async () => {
    const ivy = await addUser("ivy");
    const poolId = randomUUID();
    await test.db.insertInto("resource_pool").values({ id: poolId, name: "gold" }).execute();
    await ask("POST", "/v1/grants", { role: "approver", user: "ivy", pool: "gold" });
    expect((await whoami(ivy)).grants).toEqual([{ role: "approver", on: "pool", id: poolId, name: "gold" }]);
    expect((await ask("GET", "/v1/grants?pool=gold")).body.items).toMatchObject([{ user: "ivy", pool: "gold" }]);
    await test.db.deleteFrom("resource_pool").where("id", "=", poolId).execute();
    expect((await whoami(ivy)).grants).toEqual([]);
  });

  it.each([
    [{ role: "user" }, "user"],
    [{ role: "user", user: "admin", group: "crew" }, "user"],
    [{ role: "user", user: "admin", project: "site", pool: "gold" }, "pool"],
    [{ role: "user", user: "nobody-such" }, "user"],
    [{ role: "user", group: "nobody-such" }, "group"],
    [{ role: "user", user: "admin", project: "nowhere" }, "project"],
    [{ role: "user", user: "admin", pool: "nowhere" }, "pool"],
    [{ role: "king", user: "admin" }, "role"],
  ])("refuse %j and name the field", async (wish, field) => {
    const { body } = await ask("POST", "/v1/grants", wish);
    expect(body).toMatchObject({ code: "invalid_request", fields: [{ field }] });
  });

  it("are given once", async () => {
    const wish = { role: "architect", user: "admin" };
    expect((await ask("POST", "/v1/grants", wish)).status).toBe(201);
    expect((await ask("POST", "/v1/grants", wish)).body).toMatchObject({ code: "conflict" });
  });

  it("do not count when the last administrator would go", async () => {
    await ask("POST", "/v1/grants", { role: "administrator", user: "eve" });
    expect((await ask("PATCH", "/v1/users/admin", { role: "user" })).body).toMatchObject({
      code: "conflict",
      detail: "admin is the only administrator left. Make another one first.",
    });
    expect((await ask("POST", "/v1/users/admin/disable")).body).toMatchObject({ code: "conflict" });
  });
});

describe("tokens (CAP P1)", () => {
  it("of scope read look, and change nothing", async () => {
    const { body } = await ask("POST", "/v1/tokens", { name: "dashboard", scope: "read" });
    expect(body).toMatchObject({ scope: "read" });
    const { token } = body;
    expect(await whoami(token)).toMatchObject({ name: "admin", scope: "read" });
    expect((await ask("GET", "/v1/users", undefined, { token })).status).toBe(200);
    expect((await ask("POST", "/v1/users", { name: "zoe" }, { token })).body).toMatchObject({
      code: "forbidden",
      detail: "This token may only read. Use one of scope full to change something.",
    });
    expect((await ask("POST", "/v1/tokens", { name: "more" }, { token })).status).toBe(403);
    const { items } = (await ask("GET", "/v1/tokens")).body;
    expect(items).toContainEqual(
      expect.objectContaining({ name: "dashboard", scope: "read", lastUsedAt: expect.any(String) }),
    );
  });
});
