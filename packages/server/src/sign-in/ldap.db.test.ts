import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { grantRoutes, groupRoutes } from "../identity/access-routes.ts";
import { createAuthenticate } from "../identity/authenticate.ts";
import { ensureFirstAdministrator } from "../identity/first-administrator.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { DIRECTORY_LDIF } from "./testing/directory-ldif.ts";
import { identitySets } from "./testing/identity-sets.ts";
import { startTestSlapd, type TestSlapd } from "./testing/test-slapd.ts";

/** Against a real slapd: what is tested is what a directory does, and not what we think it does. */
let test: TestDb;
let server: HttpServer;
let url: string;
let token: string;
let admin: { name: string; password: string };
let slapd: TestSlapd;

beforeAll(async () => {
  slapd = await startTestSlapd(DIRECTORY_LDIF);
  test = await createTestDb();
  const { db } = test;
  const made = await ensureFirstAdministrator(db);
  token = made?.token ?? "";
  admin = { name: made?.name ?? "", password: made?.password ?? "" };
  const { sets } = await identitySets(db);
  ({ url, server } = await serve({
    db,
    sets: [...sets, groupRoutes({ db }), grantRoutes({ db })],
    authenticate: createAuthenticate(db),
  }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
  await slapd?.close();
});

beforeEach(async () => {
  await test.db.deleteFrom("login_failure").execute();
  const set = await setLdap();
  expect(set.status).toBe(200);
});

const ask = (method: string, path: string, body?: unknown) =>
  call(url, method, path, { token, body, headers: { "idempotency-key": randomUUID() } });
const settings = (more: object = {}) => ({
  url: slapd.url,
  ca: slapd.ca,
  bindDn: "cn=berth,dc=example,dc=org",
  bindPassword: "service-secret",
  base: "dc=example,dc=org",
  timeoutSeconds: 5,
  ...more,
});
const setLdap = (more: object = {}) => ask("PUT", "/v1/sign-in/ldap", settings(more));
const signIn = (name: string, password: string) => call(url, "POST", "/v1/session", { body: { name, password } });

async function rolesOf(name: string): Promise<string[]> {
  const { headers, status } = await signIn(name, `${name}-secret`);
  expect(status).toBe(200);
  const cookie = (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  return (await call(url, "GET", "/v1/whoami", { headers: { cookie } })).body.roles;
}

describe("signing in by a directory (CAP P1)", () => {
  it("makes the user at the first time, finds him at the next, and tells where he is from", async () => {
    const first = await signIn("grace", "grace-secret");
    expect(first).toMatchObject({ status: 200, body: { name: "grace", role: "user" } });
    const { body: made } = await ask("GET", "/v1/users/grace");
    expect(made).toMatchObject({ source: "ldap", email: "grace@example.org", displayName: "grace example" });
    expect((await signIn("GRACE", "grace-secret")).status).toBe(200);
    expect((await ask("GET", "/v1/users/grace")).body).toMatchObject({ id: made.id, version: 1 });
    const { items } = (await ask("GET", "/v1/audit?objectKind=user&action=session.create&user=grace")).body;
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ outcome: "done", address: "127.0.0.1", details: { source: "ldap" } });
  });

  it("refuses a wrong password, an unknown name and one that two have, all with the same words", async () => {
    const replies = [
      await signIn("grace", "wrong"),
      await signIn("nobody-here", "wrong"),
      await signIn("twin", "twin-secret"),
    ].map(({ status, body }) => ({ status, ...body, requestId: "" }));
    expect(replies[0]).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(replies[1]).toEqual(replies[0]);
    expect(replies[2]).toEqual(replies[0]);
  });

  it("sends no empty password, which a directory would take for a sign-in without a name", async () => {
    expect((await signIn("grace", "")).status).toBe(400);
  });

  it.each(["*", "gr*", "grace)(uid=*", "a(d)*a", "\\67race"])(
    "takes the name %j for a name and never for a filter",
    async (name) => {
      const { status, body } = await signIn(name, "grace-secret");
      expect({ status, code: body.code }).toEqual({ status: 401, code: "unauthenticated" });
    },
  );

  it("says why a name of the directory can't be one here", async () => {
    expect(await signIn("a(d)*a", "a(d)*a-secret")).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect((await signIn("ada.lovelace", "ada.lovelace-secret")).status).toBe(200);
  });

  it("takes over nobody: a user of Berth's own is never asked for in the directory", async () => {
    expect((await signIn("admin", "admin-secret")).status).toBe(401);
    expect((await signIn("admin", admin.password)).status).toBe(200);
    expect((await ask("GET", "/v1/users/admin")).body).toMatchObject({ source: "local", role: "administrator" });
  });

  it("takes over nobody whose name comes later either", async () => {
    await ask("POST", "/v1/users", { name: "windows" });
    // Whom the filter finds by another name of his.
    await setLdap({
      userFilter: "(mail={name}@example.org)",
      attributes: { name: "sAMAccountName", id: "objectGUID" },
    });
    const { status, body } = await signIn("win", "win-secret");
    expect({ status, detail: body.detail }).toEqual({
      status: 409,
      detail: expect.stringContaining("There is a user named windows already"),
    });
  });

  it("lets nobody in who is disabled here, says so, and writes it down", async () => {
    await signIn("grace", "grace-secret");
    await ask("POST", "/v1/users/grace/disable");
    expect(await signIn("grace", "grace-secret")).toMatchObject({ status: 403 });
    const { items } = (await ask("GET", "/v1/audit?user=grace&outcome=refused&limit=1")).body;
    expect(items[0].details.reason).toContain("disabled");
    await ask("POST", "/v1/users/grace/enable");
    expect((await signIn("grace", "grace-secret")).status).toBe(200);
  });

  it("leaves the password where it is kept", async () => {
    await signIn("grace", "grace-secret");
    expect(await ask("POST", "/v1/users/grace/password", {})).toMatchObject({ status: 409 });
  });
});

describe("groups of a directory (CAP P1)", () => {
  it("give their roles, also through groups of groups in a circle, until somebody is taken out", async () => {
    await ask("POST", "/v1/groups", { name: "approvers", external: "ldap:CN=Staff, OU=Groups,dc=example,dc=org" });
    await ask("POST", "/v1/groups", { name: "operators", external: "ldap:ops" });
    await ask("POST", "/v1/groups", { name: "strangers", external: "oidc:ops" });
    await ask("POST", "/v1/grants", { role: "approver", group: "approvers" });
    await ask("POST", "/v1/grants", { role: "operator", group: "operators" });
    await ask("POST", "/v1/grants", { role: "auditor", group: "strangers" });

    expect((await rolesOf("ada")).toSorted()).toEqual(["approver", "operator", "user"]);
    expect((await rolesOf("grace")).toSorted()).toEqual(["approver", "user"]);

    await slapd.change("cn=ops,ou=groups,dc=example,dc=org", "delete", "member", "uid=ada,ou=people,dc=example,dc=org");
    expect(await rolesOf("ada")).toEqual(["user"]);
    const { items } = (await ask("GET", "/v1/audit?user=ada&action=user.set-groups")).body;
    expect(items[0]).toMatchObject({ before: { groups: ["approvers", "operators"] }, after: { groups: [] } });
    await slapd.change("cn=ops,ou=groups,dc=example,dc=org", "add", "member", "uid=ada,ou=people,dc=example,dc=org");

    // Without groups of groups, only what somebody is in himself.
    await setLdap({ nestedGroups: false });
    expect((await rolesOf("ada")).toSorted()).toEqual(["operator", "user"]);
  });

  it("leave alone what was given by hand", async () => {
    await ask("POST", "/v1/groups", { name: "by-hand" });
    await ask("PUT", "/v1/groups/by-hand/members/grace");
    await signIn("grace", "grace-secret");
    const { members } = (await ask("GET", "/v1/groups/by-hand")).body;
    expect(members).toMatchObject([{ name: "grace", sources: ["hand"] }]);
  });

  it("are found under the names that Active Directory has for them", async () => {
    await setLdap({
      preset: "active-directory",
      // slapd has neither this attribute nor Microsoft's rule for members of members: a real one was not tried.
      userFilter: "(&(objectClass=user)(sAMAccountName={name}))",
      groupFilter: "(objectClass=groupOfNames)",
      nestedGroups: false,
    });
    const { body } = await ask("POST", "/v1/sign-in/ldap/test", { name: "windows" });
    expect(body.steps.at(-1)).toEqual({ step: "groups", outcome: "ok", message: "In 1: ops." });
  });
});

describe("the way to a directory (CAP P1)", () => {
  it("is encrypted by StartTLS or TLS, and the certificate is checked", async () => {
    expect((await signIn("grace", "grace-secret")).status).toBe(200);
    await setLdap({ url: slapd.tlsUrl });
    expect((await signIn("grace", "grace-secret")).status).toBe(200);
    for (const more of [{ ca: undefined }, { ca: undefined, url: slapd.tlsUrl }]) {
      await setLdap(more);
      expect((await signIn("grace", "grace-secret")).status).toBe(503);
    }
    // A certificate of the right authority for another name.
    await setLdap({ url: slapd.url.replace("127.0.0.1", "localhost") });
    const { body } = await ask("POST", "/v1/sign-in/ldap/test", {});
    expect(body.steps[1]).toMatchObject({
      step: "encrypt",
      outcome: "failed",
      message: expect.stringMatching(/localhost/),
    });
  });

  // The answer to StartTLS, then those of the handshake, the bind, the search: the connection breaks after each.
  it.each([1, 2, 3, 4, 5, 6])("sends no password in the clear when it breaks off after %i answers", async (answers) => {
    const { port, seen, close } = await startBreaker(Number(new URL(slapd.url).port), answers);
    await setLdap({ url: `ldap://127.0.0.1:${port}` });
    expect([503, 200]).toContain((await signIn("grace", "grace-secret")).status);
    expect(seen().length).toBeGreaterThan(0);
    expect(seen()).not.toContain("secret");
    await close();
  });

  it("may be down: its users are told so, and those of Berth's own sign in", async () => {
    await slapd.stop();
    const { status, body } = await signIn("grace", "grace-secret");
    expect({ status, code: body.code, detail: body.detail }).toEqual({
      status: 503,
      code: "unavailable",
      detail: expect.stringContaining("directory does not answer"),
    });
    // As often as one likes: what could not be tried is no wrong password.
    for (let i = 0; i < 12; i += 1) expect((await signIn("grace", "grace-secret")).status).toBe(503);
    expect((await signIn("admin", admin.password)).status).toBe(200);
    const { body: tried } = await ask("POST", "/v1/sign-in/ldap/test", { name: "grace" });
    expect(tried.ok).toBe(false);
    expect(tried.steps.map((step: { outcome: string }) => step.outcome)).toEqual([
      "failed",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
    ]);
    await slapd.start();
    expect((await signIn("grace", "grace-secret")).status).toBe(200);
  });

  it("gives up on a server that takes the connection and then says nothing", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    await setLdap({ url: `ldap://127.0.0.1:${(silent.address() as AddressInfo).port}`, timeoutSeconds: 1 });
    expect((await signIn("grace", "grace-secret")).status).toBe(503);
    silent.close();
  });

  it("counts wrong passwords as everywhere", async () => {
    for (let i = 0; i < 10; i += 1) expect((await signIn("grace", `wrong ${i}`)).status).toBe(401);
    expect((await signIn("grace", "grace-secret")).status).toBe(429);
  });
});

describe("settings of a directory (CAP P1)", () => {
  it("never show the password, keep it while it goes to the same place, and ask for it again otherwise", async () => {
    const { body } = await ask("GET", "/v1/sign-in/ldap");
    expect(body).toMatchObject({ hasBindPassword: true, settings: { url: slapd.url, preset: "openldap" } });
    const rows = JSON.stringify([
      await test.db.selectFrom("sign_in_setting").selectAll().execute(),
      await test.db.selectFrom("audit").selectAll().execute(),
      body,
    ]);
    expect(rows).not.toContain("service-secret");
    expect((await setLdap({ bindPassword: undefined, timeoutSeconds: 7 })).body).toMatchObject({
      hasBindPassword: true,
    });
    expect((await signIn("grace", "grace-secret")).status).toBe(200);
    expect(await setLdap({ bindPassword: undefined, url: "ldap://127.0.0.2:389" })).toMatchObject({
      status: 400,
      body: { fields: [{ field: "bindPassword" }] },
    });
    const elsewhere = settings({ bindPassword: undefined, url: "ldap://127.0.0.2:389" });
    expect((await ask("POST", "/v1/sign-in/ldap/test", { settings: elsewhere })).status).toBe(400);
  });

  it("are tried step by step, and say what each found", async () => {
    const good = await ask("POST", "/v1/sign-in/ldap/test", { name: "ada" });
    expect(good.body.ok).toBe(true);
    expect(good.body.steps.map((step: { step: string }) => step.step)).toEqual([
      "reach",
      "encrypt",
      "bind",
      "user",
      "groups",
    ]);
    expect(good.body.steps[3].message).toContain("uid=ada,ou=people,dc=example,dc=org");
    expect(good.body.steps[4].message).toMatch(/In 3: .*staff/);
    const wrong = settings({ bindPassword: "wrong" });
    const bad = await ask("POST", "/v1/sign-in/ldap/test", { name: "ada", settings: wrong });
    expect(bad.body.steps[2]).toMatchObject({ step: "bind", outcome: "failed" });
  });

  it("are for administrators, and end the sessions of the directory's users when they go", async () => {
    const { headers } = await signIn("grace", "grace-secret");
    const cookie = (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect((await call(url, "GET", "/v1/sign-in/ldap", { headers: { cookie } })).status).toBe(403);
    expect((await ask("DELETE", "/v1/sign-in/ldap")).status).toBe(204);
    expect((await call(url, "GET", "/v1/whoami", { headers: { cookie } })).status).toBe(401);
    expect((await signIn("grace", "grace-secret")).status).toBe(401);
    expect((await ask("GET", "/v1/sign-in/ldap")).status).toBe(404);
    expect((await ask("DELETE", "/v1/sign-in/ldap")).status).toBe(404);
  });
});

/** A directory behind a wire that breaks on each connection after so many answers. */
async function startBreaker(
  target: number,
  answers: number,
): Promise<{ port: number; seen: () => string; close: () => Promise<void> }> {
  const chunks: Buffer[] = [];
  const breaker = createServer((socket) => {
    const upstream = connect({ host: "127.0.0.1", port: target });
    let passed = 0;
    for (const end of [socket, upstream]) end.on("error", () => {});
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      upstream.write(chunk);
    });
    socket.on("close", () => upstream.destroy());
    upstream.on("data", (chunk) => {
      passed += 1;
      if (passed < answers) return void socket.write(chunk);
      socket.end(chunk);
      upstream.destroy();
    });
  }).listen(0, "127.0.0.1");
  await once(breaker, "listening");
  return {
    port: (breaker.address() as AddressInfo).port,
    seen: () => Buffer.concat(chunks).toString("latin1"),
    close: async () => {
      breaker.close();
      await once(breaker, "close");
    },
  };
}
