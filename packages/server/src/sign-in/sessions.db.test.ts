import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAuthenticate } from "../identity/authenticate.ts";
import { ensureFirstAdministrator } from "../identity/first-administrator.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { countedAttempt } from "./password-check.ts";
import { identitySets } from "./testing/identity-sets.ts";

let test: TestDb;
let server: HttpServer;
let url: string;
let token: string;

const PASSWORD = "a few words are fine";

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  const { db } = test;
  token = (await ensureFirstAdministrator(db))?.token ?? "";
  ({ url, server } = await serve({ db, sets: (await identitySets(db)).sets, authenticate: createAuthenticate(db) }));
  for (const name of ["ada", "grace"]) await ask("POST", "/v1/users", { name, password: PASSWORD });
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

beforeEach(async () => {
  await test.db.deleteFrom("session").execute();
  await test.db.deleteFrom("login_failure").execute();
});

const ask = (method: string, path: string, body?: unknown) =>
  call(url, method, path, { token, body, headers: { "if-match": '"1"' } });

async function signIn(name: string, userAgent = "test"): Promise<string> {
  const reply = await call(url, "POST", "/v1/session", {
    body: { name, password: PASSWORD },
    headers: { "user-agent": userAgent },
  });
  expect(reply.status).toBe(200);
  return (reply.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

const as = (cookie: string, method: string, path: string, body?: unknown) =>
  call(url, method, path, { body, headers: { cookie, "x-berth-csrf": "1" } });
const isIn = async (cookie: string) => (await as(cookie, "GET", "/v1/whoami")).status === 200;

describe("sessions (CAP P1)", () => {
  it("are listed with where they are from, the present one marked, and nobody else's among them", async () => {
    const [here, there] = [await signIn("ada", "here"), await signIn("ada", "there")];
    await signIn("grace");
    const { body } = await as(there, "GET", "/v1/sessions");
    expect(body.items).toMatchObject([
      { userAgent: "there", current: true, source: "local", address: "127.0.0.1" },
      { userAgent: "here", current: false },
    ]);
    const secrets = [here, there].map((cookie) => cookie.split("=")[1] ?? "");
    for (const secret of secrets) expect(JSON.stringify(body)).not.toContain(secret);
    // A token has no session of its own.
    const { body: made } = await as(here, "POST", "/v1/tokens", { name: `t${Date.now()}` });
    const byToken = await call(url, "GET", "/v1/sessions", { token: made.token });
    expect(byToken.body.items.map((item: { current: boolean }) => item.current)).toEqual([false, false]);
  });

  it("are ended one by one by their owner, and not by others", async () => {
    const [mine, other, grace] = [await signIn("ada"), await signIn("ada"), await signIn("grace")];
    const { items } = (await as(mine, "GET", "/v1/sessions")).body;
    const { id } = items.find((item: { current: boolean }) => !item.current);
    const foreign = await as(grace, "DELETE", `/v1/sessions/${id}`);
    const absent = await as(grace, "DELETE", "/v1/sessions/0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e");
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, requestId: "" }).toEqual({ ...absent.body, requestId: "" });
    expect(await isIn(other)).toBe(true);
    expect((await as(mine, "DELETE", `/v1/sessions/${id}`)).status).toBe(204);
    expect([await isIn(mine), await isIn(other)]).toEqual([true, false]);
  });

  it("are ended all but the present one", async () => {
    const [mine, other, third] = [await signIn("ada"), await signIn("ada"), await signIn("ada")];
    const grace = await signIn("grace");
    expect((await as(mine, "DELETE", "/v1/sessions")).body).toEqual({ ended: 2 });
    expect(await Promise.all([mine, other, third, grace].map(isIn))).toEqual([true, false, false, true]);
  });

  it("of others are seen and ended by administrators alone", async () => {
    const [ada, grace] = [await signIn("ada"), await signIn("grace")];
    expect((await as(ada, "GET", "/v1/users/grace/sessions")).status).toBe(403);
    const { items } = (await ask("GET", "/v1/users/grace/sessions")).body;
    expect(items).toHaveLength(1);
    expect((await ask("DELETE", `/v1/sessions/${items[0].id}`)).status).toBe(204);
    expect(await isIn(grace)).toBe(false);
    expect((await ask("DELETE", "/v1/users/ada/sessions")).body).toEqual({ ended: 1 });
    expect(await isIn(ada)).toBe(false);
    expect((await ask("GET", "/v1/users/nobody/sessions")).status).toBe(404);
    const audited = (await ask("GET", "/v1/audit?action=session.revoke&limit=1")).body.items[0];
    expect(audited).toMatchObject({ user: "admin", objectName: "grace" });
  });

  it("end when they are not used, and after their time in any case, as the settings say", async () => {
    const set = await call(url, "PUT", "/v1/sign-in/sessions", { token, body: { idleMinutes: 5, hours: 2 } });
    expect(set.body).toMatchObject({ idleMinutes: 5, hours: 2 });
    const [used, unused, old] = [await signIn("ada"), await signIn("ada"), await signIn("ada")];
    const later = (cookie: string, column: "seen_at" | "expires_at", minutes: number) =>
      sql`
      update session set ${sql.id(column)} = ${sql.id(column)} - make_interval(mins => ${minutes})
      where secret_hash = sha256(${cookie.split("=")[1]}::text::bytea)`.execute(test.db);
    await later(used, "seen_at", 4);
    await later(unused, "seen_at", 6);
    await later(old, "expires_at", 121);
    expect(await Promise.all([used, unused, old].map(isIn))).toEqual([true, false, false]);
    expect((await as(used, "GET", "/v1/sessions")).body.items).toHaveLength(1);
    // Being used, it begins anew.
    expect((await as(used, "GET", "/v1/sessions")).body.items[0].lastSeenAt).toBeDefined();
    await later(used, "seen_at", 4);
    expect(await isIn(used)).toBe(true);
    expect((await call(url, "PUT", "/v1/sign-in/sessions", { token, body: { idleMinutes: 0 } })).status).toBe(400);
  });
});

describe("passwords (CAP P1)", () => {
  it.each(["password1234", "short", "adaada-123-adaada-ada.example", "berth is my password"])(
    "are refused when they would be guessed: %s",
    async (password) => {
      const reply = await ask("POST", "/v1/users", { name: "ada-example", password });
      expect(reply).toMatchObject({ status: 400, body: { fields: [{ field: "password" }] } });
      const cookie = await signIn("ada");
      const changed = await as(cookie, "POST", "/v1/session/password", { current: PASSWORD, next: "dragondragon" });
      expect(changed).toMatchObject({ status: 400, body: { fields: [{ field: "next" }] } });
    },
  );

  it("are the same however a keyboard sends their letters", async () => {
    await ask("POST", "/v1/users", { name: "rene", password: "caf\u00e9 au lait noir" });
    const body = { name: "rene", password: "cafe\u0301 au lait noir" };
    expect((await call(url, "POST", "/v1/session", { body })).status).toBe(200);
  });
});

describe("wrong passwords (CAP P1)", () => {
  const wrong = (name: string, address: string) =>
    countedAttempt(test.db, { name, address }, async () => null).then(
      () => "tried",
      () => "refused",
    );
  const right = (name: string, address: string) =>
    countedAttempt(test.db, { name, address }, async () => "in").catch(() => "refused");

  it("from many addresses lock nobody out where he has signed in lately", async () => {
    await signIn("ada");
    // A hundred wrong ones, as many as one name may have in all.
    await sql`insert into login_failure (name, address)
      select 'ada', '192.0.2.' || (i % 20) from generate_series(1, 100) i`.execute(test.db);
    expect(await wrong("ada", "198.51.100.1")).toBe("refused");
    expect(await right("ada", "127.0.0.1")).toBe("in");
    // What counts there is what was tried there.
    for (let i = 0; i < 10; i += 1) expect(await wrong("ada", "127.0.0.1")).toBe("tried");
    expect(await right("ada", "127.0.0.1")).toBe("refused");
  });

  it("are forgotten with a right one, for this name at this address", async () => {
    for (let i = 0; i < 9; i += 1) await wrong("grace", "192.0.2.1");
    expect(await right("grace", "192.0.2.1")).toBe("in");
    for (let i = 0; i < 9; i += 1) expect(await wrong("grace", "192.0.2.1")).toBe("tried");
  });

  it("lock for a quarter of an hour, and not longer because somebody keeps trying", async () => {
    for (let i = 0; i < 10; i += 1) await wrong("grace", "192.0.2.1");
    for (let i = 0; i < 20; i += 1) expect(await wrong("grace", "192.0.2.1")).toBe("refused");
    await sql`update login_failure set at = at - interval '15 minutes'`.execute(test.db);
    expect(await right("grace", "192.0.2.1")).toBe("in");
  });

  it("of one computer count together, though it has many IPv6 addresses", async () => {
    for (let i = 0; i < 10; i += 1) expect(await wrong("grace", `2001:db8::${i.toString(16)}`)).toBe("tried");
    expect(await wrong("grace", "2001:db8::ffff:1")).toBe("refused");
    expect(await wrong("grace", "2001:db8:0:1::1")).toBe("tried");
  });
});
