import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { grantRoutes, groupRoutes } from "../identity/access-routes.ts";
import { createAuthenticate } from "../identity/authenticate.ts";
import { ensureFirstAdministrator } from "../identity/first-administrator.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { identitySets } from "./testing/identity-sets.ts";
import { LIES, type LyingProvider, startLyingProvider } from "./testing/lying-provider.ts";
import { smallBrowser } from "./testing/small-browser.ts";
import { CLIENT, startTestProvider, type TestProvider } from "./testing/test-provider.ts";

/** Against a certified provider (oidc-provider) over HTTP, and against one that lies. */
const BERTH = "http://berth.test";
const START = `${BERTH}/v1/session/oidc/start`;

let test: TestDb;
let server: HttpServer;
let url: string;
let token: string;
let provider: TestProvider;
let liar: LyingProvider;

beforeAll(async () => {
  provider = await startTestProvider(BERTH);
  liar = await startLyingProvider();
  test = await createTestDb();
  const { db } = test;
  token = (await ensureFirstAdministrator(db))?.token ?? "";
  const { sets } = await identitySets(db, { publicUrl: BERTH });
  ({ url, server } = await serve({
    db,
    sets: [...sets, groupRoutes({ db }), grantRoutes({ db })],
    authenticate: createAuthenticate(db),
  }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
  await provider?.stop();
  await liar?.stop();
});

beforeEach(async () => {
  provider.person = person("1", "ada", ["ops"]);
  expect((await setOidc()).status).toBe(200);
});

const person = (sub: string, name: string, groups: string[]) => ({
  sub,
  preferred_username: name,
  name: `${name} example`,
  email: `${name}@example.org`,
  email_verified: true,
  groups,
});
const ask = (method: string, path: string, body?: unknown) =>
  call(url, method, path, { token, body, headers: { "idempotency-key": randomUUID() } });
const setOidc = (more: object = {}) =>
  ask("PUT", "/v1/sign-in/oidc", {
    issuer: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    ...more,
  });
const newBrowser = () => smallBrowser({ [BERTH]: url });

async function whoami(browser: ReturnType<typeof newBrowser>) {
  const cookie = `berth_session=${browser.cookie(BERTH, "berth_session")}`;
  return (await call(url, "GET", "/v1/whoami", { headers: { cookie } })).body;
}

describe("signing in by OpenID Connect (CAP P1)", () => {
  it("leads to the provider and back, to where one wanted to go", async () => {
    const browser = newBrowser();
    expect((await browser.go(`${START}?returnTo=/services?state=active`)).url).toBe(`${BERTH}/services?state=active`);
    expect(await whoami(browser)).toMatchObject({
      name: "ada",
      role: "user",
      source: "oidc",
      email: "ada@example.org",
      displayName: "ada example",
    });
    expect(browser.cookie(BERTH, "berth_oidc")).toBeUndefined();
    const { items } = (await ask("GET", "/v1/audit?action=session.create&user=ada&limit=1")).body;
    expect(items[0]).toMatchObject({ outcome: "done", address: "127.0.0.1", details: { source: "oidc" } });
  });

  it("asks with PKCE, state and nonce, and keeps no secret in the page's address", async () => {
    const response = await fetch(`${url}/v1/session/oidc/start`, { redirect: "manual" });
    expect(response.status).toBe(302);
    const location = new URL(response.headers.get("location") ?? "");
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      response_type: "code",
      client_id: CLIENT.id,
      redirect_uri: `${BERTH}/v1/session/oidc/callback`,
      scope: "openid profile email",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(response.headers.get("set-cookie")).toMatch(
      /^berth_oidc=.*; Path=\/v1\/session\/oidc; HttpOnly; SameSite=Lax/,
    );
  });

  it.each(["//evil.test", "https://evil.test", "/\\evil.test", "/\\/evil.test", "javascript:alert(1)", "/a b"])(
    "goes nowhere else afterwards: %s",
    async (returnTo) => {
      const reply = await call(url, "GET", `/v1/session/oidc/start?returnTo=${encodeURIComponent(returnTo)}`);
      expect(reply.body).toMatchObject({ status: 400, fields: [{ field: "returnTo" }] });
    },
  );

  it("gives the roles of the groups in the token, and takes them away again", async () => {
    await ask("POST", "/v1/groups", { name: "operators", external: "oidc:ops" });
    await ask("POST", "/v1/groups", { name: "others", external: "ldap:ops" });
    await ask("POST", "/v1/grants", { role: "operator", group: "operators" });
    await ask("POST", "/v1/grants", { role: "auditor", group: "others" });
    const first = newBrowser();
    await first.go(START);
    expect((await whoami(first)).roles.toSorted()).toEqual(["operator", "user"]);
    provider.person = person("1", "ada", []);
    const second = newBrowser();
    await second.go(START);
    expect((await whoami(second)).roles).toEqual(["user"]);
    // Also where one is signed in already.
    expect((await whoami(first)).roles).toEqual(["user"]);
  });

  it("knows a user by what never changes, under a new name too", async () => {
    const browser = newBrowser();
    await browser.go(START);
    const { id } = await whoami(browser);
    provider.person = person("1", "Ada.King", []);
    await newBrowser().go(START);
    expect((await ask("GET", "/v1/users/ada.king")).body).toMatchObject({ id, email: "Ada.King@example.org" });
  });

  it.each<[string, () => Promise<unknown>, object, string]>([
    ["whose name a user of Berth's own has", async () => {}, person("2", "admin", []), "name-taken"],
    ["whose name can't be one here", async () => {}, person("3", "a/b", []), "bad-name"],
    ["without a name", async () => {}, { sub: "4" }, "rejected"],
    [
      "who is disabled here",
      async () => {
        provider.person = person("5", "eve", []);
        await newBrowser().go(START);
        await ask("POST", "/v1/users/eve/disable");
      },
      person("5", "eve", []),
      "disabled",
    ],
  ])("lets nobody in %s, and says why", async (_name, prepare, who, problem) => {
    await prepare();
    provider.person = who as typeof provider.person;
    const browser = newBrowser();
    expect((await browser.go(START)).url).toBe(`${BERTH}/sign-in?problem=${problem}`);
    expect(browser.cookie(BERTH, "berth_session")).toBeUndefined();
    const { items } = (await ask("GET", "/v1/audit?action=session.create&outcome=refused&limit=1")).body;
    expect(items[0].details).toEqual({ source: "oidc", problem });
  });

  it("takes a mail address for a name only where the provider has proved it", async () => {
    await setOidc({ nameClaim: "email" });
    provider.person = { ...person("6", "mallory", []), email: "admin@example.org", email_verified: false };
    expect((await newBrowser().go(START)).url).toBe(`${BERTH}/sign-in?problem=rejected`);
    provider.person = { ...person("6", "mallory", []), email_verified: true };
    expect((await newBrowser().go(START)).url).toBe(`${BERTH}/`);
  });

  it("trusts new keys of the provider at once, and the old ones no more", async () => {
    await newBrowser().go(START);
    await provider.rotateKeys();
    expect((await newBrowser().go(START)).url).toBe(`${BERTH}/`);
  });

  it("signs out at the provider too", async () => {
    const browser = newBrowser();
    await browser.go(START);
    const cookie = `berth_session=${browser.cookie(BERTH, "berth_session")}`;
    const { body } = await call(url, "DELETE", "/v1/session", { headers: { cookie, "x-berth-csrf": "1" } });
    const end = new URL(body.providerUrl);
    expect(end.origin).toBe(provider.issuer);
    expect(Object.fromEntries(end.searchParams)).toMatchObject({
      id_token_hint: expect.stringMatching(/^ey/),
      post_logout_redirect_uri: `${BERTH}/`,
      client_id: CLIENT.id,
    });
    // The provider knows who is meant, and asks.
    const { status, body: page } = await browser.go(end.href);
    expect({ status, asks: /sign-out|log out/i.test(page) }).toEqual({ status: 200, asks: true });
    expect((await call(url, "GET", "/v1/whoami", { headers: { cookie } })).status).toBe(401);
  });
});

describe("an answer that is not to be trusted (CAP P1)", () => {
  async function callback(change: (query: URLSearchParams) => void = () => {}, cookie?: string) {
    const begun = await fetch(`${url}/v1/session/oidc/start`, { redirect: "manual" });
    const asked = new URL(begun.headers.get("location") ?? "").searchParams;
    liar.nonce = asked.get("nonce") ?? "";
    const query = new URLSearchParams({ code: "any", state: asked.get("state") ?? "" });
    change(query);
    const own = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const back = await fetch(`${url}/v1/session/oidc/callback?${query}`, {
      redirect: "manual",
      headers: { cookie: cookie ?? own },
    });
    const cookies = back.headers.getSetCookie().join("\n");
    return {
      status: back.status,
      location: back.headers.get("location"),
      isSignedIn: cookies.includes("berth_session"),
    };
  }
  const refused = (problem: string) => ({ status: 302, location: `/sign-in?problem=${problem}`, isSignedIn: false });

  beforeEach(async () => {
    liar.lie = null;
    await setOidc({ issuer: liar.issuer });
  });

  it("is told from a good one, which this provider can give too", async () => {
    expect(await callback()).toEqual({ status: 302, location: "/", isSignedIn: true });
  });

  it.each(LIES)("is refused: a token with %s", async (lie) => {
    liar.lie = lie;
    expect(await callback()).toEqual(refused("rejected"));
  });

  it("is refused with another state, without the browser's cookie, and with one that was changed", async () => {
    expect(await callback((query) => query.set("state", "another"))).toEqual(refused("rejected"));
    expect(await callback((query) => query.delete("state"))).toEqual(refused("rejected"));
    expect(await callback(() => {}, "")).toEqual(refused("expired"));
    expect(await callback(() => {}, "berth_oidc=v1.0123456789abcdef.AAAA")).toEqual(refused("expired"));
  });

  it("is refused when it was begun with another provider", async () => {
    const begun = await fetch(`${url}/v1/session/oidc/start`, { redirect: "manual" });
    const cookie = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    await setOidc();
    expect(await callback(() => {}, cookie)).toEqual(refused("expired"));
  });

  it("leads to the sign-in page when the provider says no", async () => {
    const denied = (query: URLSearchParams) => {
      query.delete("code");
      query.set("error", "access_denied");
    };
    expect(await callback(denied)).toEqual(refused("denied"));
  });
});

describe("settings of an OpenID provider (CAP P1)", () => {
  it("never show the secret, keep it for the same provider, and ask for it again otherwise", async () => {
    const { body } = await ask("GET", "/v1/sign-in/oidc");
    expect(body).toMatchObject({ hasClientSecret: true, redirectUrl: `${BERTH}/v1/session/oidc/callback` });
    const rows = JSON.stringify([
      await test.db.selectFrom("sign_in_setting").selectAll().execute(),
      await test.db.selectFrom("session").selectAll().execute(),
      await test.db.selectFrom("audit").selectAll().execute(),
      body,
    ]);
    expect(rows).not.toContain(CLIENT.secret);
    // Nor who somebody is, as the provider signed it.
    expect(rows).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect((await setOidc({ clientSecret: undefined, label: "Company" })).status).toBe(200);
    expect((await newBrowser().go(START)).url).toBe(`${BERTH}/`);
    expect(await setOidc({ clientSecret: undefined, issuer: "https://id.example.org" })).toMatchObject({
      status: 400,
      body: { fields: [{ field: "clientSecret" }] },
    });
    expect((await setOidc({ issuer: "http://id.example.org" })).body.fields).toEqual([
      { field: "issuer", message: "must begin with https://" },
    ]);
  });

  it("are told to the sign-in page as far as it needs them", async () => {
    await setOidc({ label: "Company" });
    expect((await call(url, "GET", "/v1/sign-in")).body).toEqual({
      password: true,
      oidc: { label: "Company", startPath: "/v1/session/oidc/start" },
    });
  });

  it("are tried, and say what the provider offers", async () => {
    const good = (await ask("POST", "/v1/sign-in/oidc/test", {})).body;
    expect(good).toMatchObject({ ok: true });
    expect(good.steps.map(({ step, outcome }: Record<string, string>) => `${step}: ${outcome}`)).toEqual([
      "discovery: ok",
      "features: ok",
      "keys: ok",
      "client: skipped",
    ]);
    const settings = { issuer: "http://127.0.0.1:1", clientId: "x", clientSecret: "y" };
    const bad = (await ask("POST", "/v1/sign-in/oidc/test", { settings })).body;
    expect(bad).toMatchObject({ ok: false, steps: [{ step: "discovery", outcome: "failed" }, {}, {}, {}] });
  });

  it("lead to a page that says so when the provider is away, or there is none", async () => {
    await setOidc({ issuer: "http://127.0.0.1:1" });
    expect((await newBrowser().go(START)).url).toBe(`${BERTH}/sign-in?problem=unavailable`);
    await ask("DELETE", "/v1/sign-in/oidc");
    expect((await newBrowser().go(START)).url).toBe(`${BERTH}/sign-in?problem=not-set-up`);
    expect((await call(url, "GET", "/v1/sign-in")).body.oidc).toBeNull();
  });
});
