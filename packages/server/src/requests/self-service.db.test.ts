import { randomUUID } from "node:crypto";
import { type Client, createClient } from "@berth/api/client.ts";
import { ClientError } from "@berth/api/client-error.ts";
import { contract } from "@berth/api/contract.ts";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { approvalRoutes } from "../approvals/routes.ts";
import { catalogRoutes } from "../catalog/routes.ts";
import { leaseId } from "../deployments/service-extension.ts";
import { serviceLease } from "../deployments/service-lease.ts";
import { ensureDefaultIdentityRanges } from "../fabric/identity-claim.ts";
import { insertUser } from "../identity/users.ts";
import { addImage } from "../images/store.ts";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { serve } from "../kernel/http/testing/serve.ts";
import { createSecretBox } from "../kernel/secrets.ts";
import { createSteering } from "../kernel/workflow/steering.ts";
import { selfServiceRoutes } from "../policies/routes.ts";
import { poolRoutes } from "../pools/routes.ts";
import { addHost, addMachine, addNetwork, addPool, addSite } from "../pools/testing/estate.ts";
import { usageRoutes } from "../services/usage-routes.ts";
import { holdingOfActor } from "./holdings.ts";
import { decideFromOutside } from "./request-approval.ts";
import { requestRoutes, serviceRoutes } from "./routes.ts";

/** What people may do for themselves, over the real routes and database; nothing is delivered here. */
const HOUR_MS = 3_600_000;
const secrets = createSecretBox(Buffer.alloc(32, 9));
// Operations are written down and never run: what is told to them can be read in their messages.
const engine = createSteering(async () => undefined);
const actors = new Map<string, Actor>();
let test: TestDb;
let server: HttpServer;
let url: string;

beforeAll(async () => {
  test = await createTestDb();
  const { db } = test;
  await ensureDefaultIdentityRanges(db);
  const siteId = await addSite(db);
  await addNetwork(db, siteId, { name: "lan", cidr: "10.1.0.0/24", range: ["10.1.0.10", "10.1.0.200"] });
  const hosts = [await addHost(db, siteId, { name: "h1", cores: 8, networks: ["lan"] })];
  const machines = [await addMachine(db, siteId, "m1"), await addMachine(db, siteId, "m2")];
  await addPool(db, { name: "default", hosts, machines });
  const others = [await addHost(db, siteId, { name: "h2", cores: 8, networks: ["lan"] })];
  await addPool(db, { name: "gold", hosts: others });
  await inTx(db, (tx) => addImage(tx, IMAGE));
  for (const [name, role, email] of [
    ["admin", "administrator", "admin@example.org"],
    ["ada", "user", null],
    ["bob", "user", null],
    ["eve", "approver", "eve@example.org"],
  ] as const) {
    const user = await inTx(db, (tx) => insertUser(tx, { name, role, email, passwordHash: "none" }));
    actors.set(name, testActor(name, role, { userId: user.id }));
  }
  const requests = { db, engine, secrets };
  ({ url, server } = await serve({
    db,
    sets: [
      approvalRoutes({ db, engine, secrets, decide: (tx, id, said) => decideFromOutside(requests, tx, id, said) }),
      catalogRoutes({ db }),
      poolRoutes({ db }),
      requestRoutes(requests),
      selfServiceRoutes({ db, holdingOf: (actor) => holdingOfActor(db, actor) }),
      serviceRoutes(requests),
      usageRoutes({ db }),
    ],
    authenticate: async ({ secret }) => actors.get(secret.split("-")[0] ?? "") ?? null,
  }));
  for (const template of [documentOf("one", 1), documentOf("two", 2)])
    await api("admin").applyTemplate({ body: { document: template, publish: true } });
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

beforeEach(async () => {
  const { db } = test;
  await sql`delete from approval_ask`.execute(db);
  for (const table of ["approval_rule", "self_service_policy", "mail"])
    await sql`delete from ${sql.table(table)}`.execute(db);
  // As if all that was asked for before had been given back.
  await sql`update reservation set released_at = now() where released_at is null`.execute(db);
  await sql`update service set state = 'retired'`.execute(db);
  await sql`update request set state = 'ended' where kind = 'service'`.execute(db);
  await sql`update server set state = 'retired'`.execute(db);
  await sql`update mail_settings set host = 'mail', sender = 'berth@example.org', portal_url = 'https://b'`.execute(db);
});

type Api = Client<typeof contract>;
const api = (name: string): Api => createClient(contract, { url, token: `${name}-${"t".repeat(20)}` });
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
const wish = (service: string, template = "one") => ({
  service,
  template,
  completion: service,
  email: "ada@example.org",
  endsAt: inHours(72),
});
const mails = async () =>
  (await test.db.selectFrom("mail").select(["recipient", "subject"]).orderBy("created_at").execute()).map(
    (row) => `${row.recipient}: ${row.subject}`,
  );

async function refusalOf(call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ClientError) return error;
  throw error ?? new Error("it was not refused");
}

describe("approval by rules (CAP B5)", () => {
  it("is given at once by the first rule that fits, and the requester is told", async () => {
    await api("admin").createApprovalRule({ body: { name: "tiny", outcome: "approve", order: 5, maxServers: 1 } });
    await api("admin").createApprovalRule({ body: { name: "rest", outcome: "ask" } });
    const small = await api("ada").createRequest({ body: wish("small") });
    expect(small).toMatchObject({
      state: "approved",
      decidedBy: "rule tiny",
      approval: { rule: "tiny", outcome: "approve", waitsFor: null },
    });
    const told = await test.db
      .selectFrom("operation_message")
      .select("body")
      .where("operation_id", "=", small.id)
      .execute();
    expect(told.map((row) => row.body)).toEqual([{ approved: true, reason: "approved by rule tiny" }]);

    const large = await api("ada").createRequest({ body: wish("large", "two") });
    expect(large).toMatchObject({ state: "waiting", approval: { rule: "rest", outcome: "ask" } });
    expect(await mails()).toEqual(["ada@example.org: Small: approved", "eve@example.org: Approve large?"]);
    const chosen = await test.db.selectFrom("decision").selectAll().where("subject_id", "=", large.id).execute();
    expect(chosen.map((row) => [row.chosen, row.reasons])).toEqual([
      [
        "rest: ask",
        [
          { candidate: "tiny", fits: false, why: "is up to 1 servers, this has 2" },
          { candidate: "rest", fits: true, why: "fits: people are asked" },
        ],
      ],
    ]);
  });

  it("is asked of an outside tool, whose answer decides, and of nobody when people were faster", async () => {
    const webhookUrl = "https://changes.example.org/berth";
    await api("admin").createApprovalRule({ body: { name: "outside", outcome: "webhook", webhookUrl } });
    const request = await api("ada").createRequest({ body: wish("asked") });
    expect(request.approval).toEqual({ rule: "outside", outcome: "webhook", waitsFor: "outside is being asked" });
    expect(await mails()).toEqual([]);
    await api("eve").approveRequest({ params: { id: request.id }, body: {} });
    const asks = await test.db.selectFrom("approval_ask").select("state").execute();
    expect(asks).toEqual([{ state: "closed" }]);
    expect(await mails()).toEqual(["ada@example.org: Asked: approved"]);
  });

  it("tells administrators where there is no approver", async () => {
    await sql`update berth_user set disabled_at = now() where name = 'eve'`.execute(test.db);
    await api("ada").createRequest({ body: wish("nobody") });
    await sql`update berth_user set disabled_at = null where name = 'eve'`.execute(test.db);
    expect(await mails()).toEqual(["admin@example.org: Approve nobody?"]);
  });
});

describe("limits (CAP B8)", () => {
  it("are counted over what is promised then, and hold against two requests at once", async () => {
    await api("admin").createSelfServicePolicy({
      body: { name: "interns", users: ["ada"], maxServers: 2, maxMoneyPerMonth: "1000" },
    });
    // From two pools: those who ask one pool would wait for each other anyway.
    const asked = ["default", "gold"].map((pool) =>
      api("ada").createRequest({ body: { ...wish(`from-${pool}`, "two"), pools: [pool] } }),
    );
    const both = await Promise.allSettled(asked);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const over = ["at most 2 servers: 2 held then, and 1 more asked for"];
    const quote = await api("ada").quoteRequest({ body: wish("c") });
    expect([quote.fits, quote.overLimits]).toEqual([true, over]);
    const refused = await refusalOf(api("ada").createRequest({ body: wish("c") }));
    expect([refused.code, refused.reasons]).toEqual(["forbidden", over]);
    expect(await test.db.selectFrom("service").select("id").where("name", "=", "c").execute()).toEqual([]);
    // After the others' end there is room again; and bob has no policy.
    const later = { ...wish("c"), startsAt: inHours(80), endsAt: inHours(90) };
    expect((await api("ada").createRequest({ body: later })).state).toBe("waiting");
    expect((await api("bob").createRequest({ body: wish("d", "two") })).state).toBe("waiting");
    expect((await api("ada").getEntitlement()).limits[0]).toEqual({ what: "servers", held: "3", limit: "2" });
  });

  it("hide templates and pools that are not for a person, in lists and by name", async () => {
    await api("admin").createSelfServicePolicy({
      body: { name: "narrow", users: ["ada"], templates: ["one"], pools: ["silver"] },
    });
    const names = async (name: string) =>
      (await api(name).listTemplates({ query: {} })).items.map((template) => template.name);
    expect([await names("ada"), await names("bob")]).toEqual([["one"], ["one", "two"]]);
    expect((await refusalOf(api("ada").getTemplate({ params: { name: "two" } }))).code).toBe("not_found");
    expect((await api("ada").listPools({ query: {} })).items).toEqual([]);
    const wrongTemplate = await refusalOf(api("ada").createRequest({ body: wish("x", "two") }));
    const wrongPool = await refusalOf(api("ada").createRequest({ body: wish("x") }));
    expect([wrongTemplate.fields[0]?.field, wrongPool.fields[0]?.field]).toEqual(["template", "pools[0]"]);
  });
});

describe("a longer lease (CAP B6)", () => {
  /** A service that is in use, with its lease under watch. */
  async function inUse(name: string) {
    const request = await api("ada").createRequest({ body: wish(name) });
    const { db } = test;
    await db.updateTable("request").set({ state: "active" }).where("id", "=", request.id).execute();
    await db.updateTable("service").set({ state: "active" }).where("id", "=", request.serviceId).execute();
    await db.updateTable("server").set({ state: "active" }).where("service_id", "=", request.serviceId).execute();
    await inTx(db, (tx) =>
      engine.start(tx, serviceLease, {
        id: leaseId(request.serviceId),
        input: { serviceId: request.serviceId, endsAt: request.endsAt },
        title: "lease",
        subject: { kind: "service", id: request.serviceId },
        userId: null,
      }),
    );
    await sql`delete from mail`.execute(db);
    return request;
  }

  const extend = (name: string, hours: number, who = "ada") =>
    api(who).extendService({ params: { id: name }, body: { endsAt: inHours(hours) } });
  const heldUntil = async (requestId: string) =>
    (
      await sql<{
        until: Date;
      }>`select upper(during) as until from reservation where request_id = ${requestId}`.execute(test.db)
    ).rows[0]?.until.toISOString();

  it("is held at once and waits; refused, what was held goes back", async () => {
    const request = await inUse("waits");
    const asked = await extend("waits", 239);
    const until = asked.extension?.endsAt ?? "";
    expect(asked.endsAt).toBe(request.endsAt);
    expect(asked.refused.extend).toContain("waits for approval already");
    expect(await heldUntil(request.id)).toBe(until);
    expect(await mails()).toEqual(["eve@example.org: Approve more time for waits?"]);
    expect((await refusalOf(extend("waits", 300))).code).toBe("conflict");

    const seen = await api("eve").getRequest({ params: { id: "waits" } });
    expect(seen).toMatchObject({ kind: "extension", state: "waiting", startsAt: request.endsAt, endsAt: until });
    expect(seen.price.days).toBe(7);
    expect(seen.allowed).toEqual(["approve", "reject"]);
    await api("eve").rejectRequest({ params: { id: seen.id }, body: { reason: "no" } });
    expect(await heldUntil(request.id)).toBe(request.endsAt);
    expect((await api("ada").getService({ params: { id: "waits" } })).extension).toBeNull();
    // Its own request is what the name means again.
    expect((await api("ada").getRequest({ params: { id: "waits" } })).id).toBe(request.id);
  });

  it("is there once it is approved, and the lease is told", async () => {
    const request = await inUse("longer");
    const { extension } = await extend("longer", 239);
    await api("eve").approveRequest({ params: { id: extension?.requestId ?? "" }, body: {} });
    const service = await api("ada").getService({ params: { id: "longer" } });
    expect(service).toMatchObject({ endsAt: extension?.endsAt, extension: null });
    expect(service.price.days).toBe(10);
    const told = await test.db
      .selectFrom("operation_message")
      .select("body")
      .where("operation_id", "=", leaseId(request.serviceId))
      .execute();
    expect(told.map((row) => row.body)).toEqual([{ endsAt: extension?.endsAt }]);
    expect((await mails()).at(-1)).toBe("ada@example.org: More time for longer: approved");
  });

  it("needs nobody for earlier, nor an approver's own wish, and can be left to a rule", async () => {
    await inUse("free");
    expect((await extend("free", 24)).extension).toBeNull();
    const byEve = await extend("free", 100, "eve");
    expect([byEve.extension, Date.parse(byEve.endsAt) > Date.now() + 99 * HOUR_MS]).toEqual([null, true]);
    await api("admin").createApprovalRule({
      body: { name: "a-day-more", outcome: "approve", kinds: ["extension"], maxDays: 1 },
    });
    expect((await extend("free", 120)).extension).toBeNull();
    expect((await extend("free", 240)).extension).not.toBeNull();
  });

  it("is refused where others were promised the room, and counts against limits", async () => {
    await inUse("limited");
    await api("ada").createRequest({ body: { ...wish("next"), startsAt: inHours(100), endsAt: inHours(200) } });
    await api("admin").createSelfServicePolicy({ body: { name: "one-only", users: ["ada"], maxServers: 1 } });
    expect((await extend("limited", 90)).extension).not.toBeNull();
    const [waiting] = (await api("ada").listRequests({ query: { state: "waiting" } })).items.filter(
      (one) => one.kind === "extension",
    );
    await api("ada").withdrawRequest({ params: { id: waiting?.id ?? "" }, body: {} });
    const refused = await refusalOf(extend("limited", 150));
    expect(refused.reasons).toEqual(["at most 1 servers: 1 held then, and 1 more asked for"]);
  });

  it("is refused by a policy without it, and dropped when the service goes", async () => {
    await inUse("going");
    await api("admin").createSelfServicePolicy({ body: { name: "no-more", users: ["ada"], actions: ["delete"] } });
    expect((await api("ada").getService({ params: { id: "going" } })).allowed).toEqual(["delete"]);
    expect((await refusalOf(extend("going", 240))).reasons[0]).toContain("does not include extend");
    await sql`delete from self_service_policy`.execute(test.db);
    const { extension } = await extend("going", 240);
    await api("ada").deleteService({ params: { id: "going" } });
    const dropped = await api("ada").getRequest({ params: { id: extension?.requestId ?? "" } });
    expect(dropped).toMatchObject({ state: "failed", reason: "deleted by ada" });
  });
});

describe("what the pools hold (CAP B1, B11)", () => {
  it("is told in sums to users and by name to who looks after them, for now and day by day", async () => {
    await api("ada").createRequest({ body: { ...wish("mine", "two"), endsAt: inHours(30) } });
    await api("bob").createRequest({ body: wish("his") });
    const [own] = (await api("ada").getUsage()).items;
    expect(own).toMatchObject({ total: { machines: 2, cores: 8 }, promised: { machines: 0, cores: 3 }, hosts: 1 });
    expect(own?.addresses).toMatchObject({ total: 191 });
    expect(own?.shares.map((share) => [share.who, share.cores])).toEqual([
      ["you", 2],
      ["others", 1],
    ]);
    const [all] = (await api("admin").getUsage()).items;
    expect(all?.shares.map((share) => [share.who, share.cores])).toEqual([
      ["ada", 2],
      ["bob", 1],
    ]);
    const calendar = await api("admin").getPoolCalendar({ params: { id: "default" }, query: {} });
    expect(calendar.items.slice(0, 2).map((day) => day.promised.cores)).toEqual([3, 3]);
    expect(calendar.items[0]?.holders).toEqual(["his", "mine"]);
    expect(calendar.items[5]).toMatchObject({ promised: { cores: 0 }, holders: [] });
    const seen = await api("ada").getPoolCalendar({ params: { id: "default" }, query: {} });
    expect(seen.items.every((day) => day.holders === null)).toBe(true);
    const wrong = await refusalOf(
      api("ada").getPoolCalendar({ params: { id: "default" }, query: { from: "2027-01-02", to: "2027-01-01" } }),
    );
    expect(wrong.fields[0]?.field).toBe("to");
  });

  it("is answered with a quote: what is free for the dates, and from when on it fits", async () => {
    await sql`update host set cores = 2 where name = 'h1'`.execute(test.db);
    const full = await api("bob").createRequest({ body: { ...wish("full", "two"), endsAt: inHours(48) } });
    const quote = await api("ada").quoteRequest({ body: wish("more", "two") });
    await sql`update host set cores = 8 where name = 'h1'`.execute(test.db);
    expect(quote).toMatchObject({
      fits: false,
      availability: {
        pool: "default",
        physical: { free: 2, total: 2 },
        virtual: { hosts: 1, coresFree: 0, coresTotal: 2 },
        freeFrom: full.endsAt,
      },
    });
  });
});

const IMAGE = {
  id: randomUUID(),
  name: "tiny",
  os: null,
  firmware: ["bios"],
  raw_bytes: 1024,
  raw_sha256: "a".repeat(64),
  stream_bytes: 1024,
  source: "test",
};

function documentOf(name: string, count: number): string {
  return `apiVersion: berth/v1
kind: ServiceTemplate
metadata: { name: ${name}, title: ${name} }
spec:
  networks: [lan]
  groups:
    - name: main
      kind: virtual
      count: ${count}
      cores: 1
      memory: 512MiB
      image: tiny
      hostname: "v#"
      disks: [{ name: system, size: 4GiB, role: boot }]
      nics: [{ network: lan, primary: true }]
`;
}
