import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { silentLog } from "../kernel/log.ts";
import { createSecretBox } from "../kernel/secrets.ts";
import { mailSync } from "./mail-sync.ts";
import { writeMail } from "./outbox.ts";
import { mailRoutes } from "./routes.ts";
import { readSettings } from "./settings.ts";
import { type MailServerForTests, startMailServer } from "./testing/mail-server.ts";

const secrets = createSecretBox(Buffer.alloc(32, 6));
const token = "t".repeat(20);
const signal = new AbortController().signal;
const open: MailServerForTests[] = [];
let test: TestDb;
let server: HttpServer;
let url: string;

beforeAll(async () => {
  test = await createTestDb();
  const authenticate = async () => testActor("admin", "administrator");
  ({ url, server } = await serve({ db: test.db, sets: [mailRoutes({ db: test.db, secrets })], authenticate }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

beforeEach(async () => {
  await sql`delete from mail`.execute(test.db);
});

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function smtp(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServerForTests> {
  const started = await startMailServer(options);
  open.push(started);
  return started;
}

async function put(body: object) {
  const { version } = await readSettings(test.db);
  return call(url, "PUT", "/v1/mail/settings", { token, body, headers: { "if-match": `"${version}"` } });
}

const set = async (given: object) => {
  const reply = await put({ host: "localhost", sender: "berth@example.org", ...given });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body;
};
const write = (subject: string) =>
  inTx(test.db, (tx) =>
    writeMail(tx, { to: "ada@example.org", subject, text: "Hello\n", path: "/requests/1", about: "test" }),
  );
const pass = () => mailSync({ db: test.db, secrets, log: silentLog }).pass(signal);
const rows = () =>
  test.db.selectFrom("mail").select(["subject", "state", "attempts", "error"]).orderBy("created_at").execute();
const makeDue = () => sql`update mail set next_attempt_at = now()`.execute(test.db);

describe("sending mail (CAP B5, B6)", () => {
  it.each([
    ["without TLS", { tls: "none" }, {}, false],
    ["upgraded to TLS before anything is said", { tls: "starttls" }, {}, true],
    ["over TLS from the start", { tls: "tls" }, { secure: true }, true],
  ] as const)("goes %s", async (_, tls, options, isEncrypted) => {
    const mails = await smtp(options);
    await set({ port: mails.port, ca: mails.ca, ...tls, portalUrl: "https://berth.example.org/" });
    await write("Approve shop?");
    expect(await pass()).toEqual({ checked: 1, changed: 1, failed: 0 });
    const [got] = mails.received;
    expect(got).toMatchObject({ from: "berth@example.org", to: ["ada@example.org"], isEncrypted });
    expect(got?.text).toContain("Subject: Approve shop?");
    expect(got?.text).toContain("https://berth.example.org/requests/1");
    expect(got?.text).toContain("Auto-Submitted: auto-generated");
    expect(await rows()).toEqual([{ subject: "Approve shop?", state: "sent", attempts: 1, error: null }]);
  });

  it("does not go to a server whose certificate nobody vouches for", async () => {
    const mails = await smtp();
    await set({ port: mails.port, tls: "starttls" });
    await write("secret");
    expect(await pass()).toMatchObject({ changed: 0, failed: 1 });
    expect(mails.received).toEqual([]);
    expect((await rows())[0]).toMatchObject({ state: "waiting", attempts: 1 });
  });

  it("signs in with its password, which is sealed and never shown", async () => {
    const login = { user: "berth", password: "correct-horse-battery" };
    const mails = await smtp({ login });
    const place = { port: mails.port, ca: mails.ca, tls: "starttls", username: login.user };
    const shown = await set({ ...place, password: login.password });
    expect(shown).toMatchObject({ hasPassword: true });
    await write("hello");
    expect(await pass()).toMatchObject({ changed: 1 });
    expect(mails.received[0]?.user).toBe("berth");
    const kept = JSON.stringify([await readSettings(test.db), shown, await sql`select * from audit`.execute(test.db)]);
    expect(kept).not.toContain(login.password);

    // Kept while it goes to the same place, and nowhere else.
    expect(await set({ ...place, sender: "other@example.org" })).toMatchObject({ hasPassword: true });
    const elsewhere = await put({ ...place, host: "127.0.0.2", sender: "other@example.org" });
    expect([elsewhere.status, elsewhere.body.fields[0].field]).toEqual([400, "password"]);
  });

  it("waits for a server that is down or says later, and gives up what is refused for good", async () => {
    const mails = await smtp();
    await set({ port: mails.port, tls: "none" });
    await write("later");
    mails.refuse(451);
    await pass();
    expect((await rows())[0]).toMatchObject({ state: "waiting", attempts: 1 });
    expect(await pass(), "its pause has not passed").toMatchObject({ checked: 0 });
    mails.refuse(null);
    await makeDue();
    await pass();
    expect((await rows())[0]).toMatchObject({ state: "sent", attempts: 2, error: null });

    mails.refuse(550);
    await write("never");
    await pass();
    expect((await rows())[1]).toMatchObject({ state: "given-up", attempts: 1 });
    await mails.close();
    open.length = 0;
    await write("down");
    await pass();
    expect((await rows())[2]).toMatchObject({ state: "waiting", attempts: 1 });
  });

  it("sends each mail once when two controllers look at once", async () => {
    const mails = await smtp();
    await set({ port: mails.port, tls: "none" });
    for (let i = 0; i < 5; i += 1) await write(`number ${i}`);
    const seen = await Promise.all([pass(), pass()]);
    expect(seen.reduce((sum, one) => sum + one.changed, 0)).toBe(5);
    expect(mails.received).toHaveLength(5);
  });

  it("lets nobody add headers by a name with a line break in it", async () => {
    const mails = await smtp();
    await set({ port: mails.port, tls: "none" });
    await write("x\r\nBcc: mallory@example.org\r\n\r\nbody");
    await pass();
    expect(mails.received[0]?.to).toEqual(["ada@example.org"]);
    expect(mails.received[0]?.text.split("\r\n\r\n", 1)[0]).not.toMatch(/^Bcc:/m);
  });

  it("keeps no mail while none is sent", async () => {
    expect((await call(url, "DELETE", "/v1/mail/settings", { token })).status).toBe(204);
    await write("unheard");
    expect(await rows()).toEqual([]);
  });
});

describe("the test mail", () => {
  it("says what the server answered", async () => {
    const mails = await smtp();
    await set({ port: mails.port, tls: "none" });
    const reply = await call(url, "POST", "/v1/mail/test", { token, body: { to: "ops@example.org" } });
    expect([reply.status, reply.body.answer]).toEqual([200, expect.stringMatching(/^250/)]);
    mails.refuse(550);
    const refused = await call(url, "POST", "/v1/mail/test", { token, body: { to: "ops@example.org" } });
    expect([refused.status, refused.body.detail]).toEqual([503, expect.stringContaining("not now")]);
  });
});

it.each([
  ["a password without TLS", { tls: "none", username: "u", password: "p" }, "tls"],
  ["a password without a user", { password: "p" }, "username"],
  ["a user without a password", { username: "u" }, "password"],
  ["a host that is none", { host: "mail server" }, "host"],
  ["an address that is none", { sender: "nobody" }, "sender"],
  ["a port that is none", { port: 70_000 }, "port"],
  ["a portal that is no web page", { portalUrl: "ftp://example.org" }, "portalUrl"],
  ["a setting that nobody knows", { from: "a@example.org" }, "from"],
])("refuses %s, naming the field, and nothing changes", async (_, given, field) => {
  await call(url, "DELETE", "/v1/mail/settings", { token });
  const before = await readSettings(test.db);
  const reply = await put({ host: "localhost", sender: "berth@example.org", ...given });
  expect([reply.status, reply.body.fields?.[0]?.field]).toEqual([400, field]);
  expect(await readSettings(test.db)).toEqual(before);
});
