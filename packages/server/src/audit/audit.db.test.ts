import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { auditContract } from "@berth/api/audit.ts";
import { createClient } from "@berth/api/client.ts";
import { sql } from "kysely";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { audit, changeOf, SYSTEM_ACTOR } from "./audit.ts";
import { auditSync } from "./audit-sync.ts";
import { cutAudit } from "./retention.ts";
import { auditRoutes } from "./routes.ts";
import { type ChainDeps, sealAudit } from "./seal.ts";
import { behind as behindBerth } from "./testing/behind.ts";
import { testChain } from "./testing/chain.ts";
import { verifyAudit } from "./verify.ts";

/** Who asks over the API; there are no users here. */
const ADMIN = testActor("admin", "administrator", { userId: null });
const token = "t".repeat(20);
let test: TestDb;
let server: HttpServer;
let url: string;
let chain: ChainDeps;

const signal = new AbortController().signal;
const seal = (isWhole = true) => sealAudit(chain, { isWhole, signal });
const verify = () => verifyAudit(chain, signal);

/** A fresh database for each: what is broken here must not be mended, which is the point. */
beforeEach(async () => {
  await close();
  test = await createTestDb({ blocks: ["00", "01"] });
  chain = testChain(test.db);
  const sets = [auditRoutes(chain)];
  ({ url, server } = await serve({ db: test.db, sets, authenticate: async () => ADMIN }));
  for (let i = 0; i <= 9; i += 1) await act(`thing-${i}`);
});
afterAll(close);

async function close(): Promise<void> {
  await server?.close();
  await test?.drop();
  if (chain !== undefined) await rm(dirname(chain.memoryFile), { recursive: true, force: true });
}

const act = (name: string) =>
  audit(test.db, { actor: SYSTEM_ACTOR, action: "thing.do", object: { kind: "thing", id: name }, outcome: "done" });

const behind = (...statements: ReturnType<typeof sql>[]) => behindBerth(test.db, ...statements);

describe("the chain over the audit (CAP P2)", () => {
  it("holds for what is untouched, and says how many rows are still too young", async () => {
    expect(await seal()).toBe(10);
    await act("young");
    expect(await verify()).toEqual({ checked: 10, from: 1, through: 10, unsealed: 1, problem: null });
    expect(await seal(false)).toBe(1);
    expect(await seal(false)).toBe(0);
    expect(await verify()).toMatchObject({ checked: 11, unsealed: 0, problem: null });
  });

  it("gives a row its place that was committed after one with a higher id", async () => {
    await seal();
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const late = test.db.transaction().execute(async (tx) => {
      await audit(tx, { actor: SYSTEM_ACTOR, action: "late.do", object: { kind: "thing", id: "x" }, outcome: "done" });
      begun.resolve();
      await committed;
    });
    await begun.promise;
    await act("early");
    expect(await seal(false)).toBe(1);
    commit();
    await late;
    expect(await seal(false)).toBe(1);
    expect(await verify()).toMatchObject({ checked: 12, unsealed: 0, problem: null });
  });

  it("is written by one of many at once", async () => {
    await Promise.all(Array.from({ length: 8 }, () => seal()));
    await seal();
    expect(await verify()).toMatchObject({ checked: 10, unsealed: 0, problem: null });
  });

  it.each<[string, () => ReturnType<typeof sql> | ReturnType<typeof sql>[], number]>([
    ["a changed row", () => sql`update audit set user_name = 'nobody' where object_id = 'thing-4'`, 5],
    ["a changed detail", () => sql`update audit set details = '{"a":1}' where object_id = 'thing-4'`, 5],
    ["a time changed by a microsecond", () => sql`update audit set at = at + '1 us' where object_id = 'thing-4'`, 5],
    ["a removed row", () => sql`delete from audit where object_id = 'thing-4'`, 5],
    [
      "a row removed with its place",
      () => sql`with gone as (delete from audit where object_id = 'thing-4' returning id)
        delete from audit_seal where audit_id in (select id from gone)`,
      6,
    ],
    [
      "two rows that changed places",
      () => [
        sql`update audit_seal set audit_id = -audit_id where position in (5, 6)`,
        sql`update audit_seal set audit_id = 11 + audit_id where position in (5, 6)`,
      ],
      5,
    ],
    [
      "a row put in between",
      () => [
        sql`update audit_seal set position = position + 1000 where position >= 5`,
        sql`insert into audit (user_name, action, object_kind, object_id, outcome)
          values ('ada', 'thing.do', 'thing', 'forged', 'done')`,
        sql`insert into audit_seal select 5, max(id), decode(repeat('00', 32), 'hex') from audit`,
        sql`update audit_seal set position = position - 999 where position > 1000`,
      ],
      5,
    ],
    ["a removed beginning", () => sql`delete from audit_seal where position <= 3`, 4],
  ])("breaks at %s, by name", async (_name, statement, position) => {
    await seal();
    await behind(...[statement()].flat());
    const { problem } = await verify();
    expect(problem).toMatchObject({ position, reason: expect.stringMatching(/removed|does not fit/) });
  });

  it("breaks for who computes all hashes again, as he can't sign them", async () => {
    await seal();
    await behind(sql`update audit set user_name = 'nobody' where object_id = 'thing-4'`);
    await behind(sql`delete from audit_head`);
    await behind(sql`delete from audit_seal`);
    const stranger = testChain(test.db);
    await sealAudit(stranger, { isWhole: true, signal });
    expect((await verify()).problem?.reason).toContain("without Berth's key");
    // Nor does it help to leave the signatures away, even where no controller remembers anything.
    await behind(sql`delete from audit_head`);
    const forgetful = { ...chain, memoryFile: "/nowhere" };
    expect((await verifyAudit(forgetful, signal)).problem?.reason).toContain("not signed");
  });

  it("breaks when the youngest rows go, as the controller remembers them outside the database", async () => {
    await seal();
    await act("the last one");
    await seal(false);
    await behind(sql`delete from audit_head where position = 11`);
    await behind(sql`delete from audit_seal where position = 11`);
    await behind(sql`delete from audit where object_id = 'the last one'`);
    expect((await verify()).problem).toMatchObject({
      position: 10,
      reason: expect.stringContaining("remembers 11 rows"),
    });
  });

  it("breaks at a row that is put in later under an earlier time", async () => {
    await seal();
    await behind(sql`insert into audit (at, user_name, action, object_kind, object_id, outcome)
      values (now() - interval '1 hour', 'ada', 'thing.do', 'thing', 'forged', 'done')`);
    await seal();
    expect((await verify()).problem).toMatchObject({ position: 11, reason: expect.stringContaining("put in later") });
  });
});

describe("rows of the audit (CAP P2)", () => {
  it.each(["audit", "audit_seal", "audit_head"])("of %s are never changed, removed or emptied", async (table) => {
    await seal();
    const name = sql.id(table);
    const column = sql.id(table === "audit" ? "object_id" : "hash");
    for (const statement of [
      sql`update ${name} set ${column} = ${column}`,
      sql`delete from ${name}`,
      sql`truncate ${name} cascade`,
    ]) {
      await expect(statement.execute(test.db)).rejects.toThrow("never changed or removed");
    }
    expect((await verify()).problem).toBeNull();
  });

  it("go when their time is over, which is recorded, and the rest of the chain still holds", async () => {
    // Of long ago: put in before anything was sealed, so that there was nothing to contradict it.
    await behind(sql`update audit set at = at - interval '100 days' where id <= 6`);
    await seal();
    const set = (days: number | null, version: number) =>
      call(url, "PUT", "/v1/audit/retention", { token, body: { days }, headers: { "if-match": `"${version}"` } });
    expect(await cutAudit(chain)).toBe(0);
    expect((await set(29, 1)).status).toBe(400);
    expect((await set(60, 1)).body).toEqual({ version: 2, days: 60 });
    expect((await set(60, 1)).status).toBe(412);

    expect(await cutAudit(chain)).toBe(6);
    expect(await cutAudit(chain)).toBe(0);
    const report = await auditSync(chain).pass(signal);
    expect(report).toEqual({ checked: 2, changed: 0, failed: 0 });
    expect(await verify()).toEqual({ checked: 6, from: 7, through: 12, unsealed: 0, problem: null });
    const { body } = await call(url, "GET", "/v1/audit?action=audit.retire", { token });
    expect(body.items[0]).toMatchObject({ user: "berth", details: { rows: 6 }, position: 12 });

    await behind(sql`update audit_cut set mac = ${Buffer.alloc(32)}`);
    expect((await verify()).problem?.reason).toContain("not signed");
  });

  it("hold only the fields that changed", () => {
    expect(changeOf({ a: 1, b: [1], c: "x" }, { a: 2, b: [1], d: null })).toEqual({
      before: { a: 1, c: "x", d: null },
      after: { a: 2, c: null, d: null },
    });
  });
});

describe("the audit over the API (CAP P2)", () => {
  it("is verified, and says where it breaks", async () => {
    await seal();
    expect((await call(url, "GET", "/v1/audit/verify", { token })).body).toMatchObject({ ok: true, checked: 10 });
    await behind(sql`update audit set outcome = 'refused' where object_id = 'thing-2'`);
    const { body } = await call(url, "GET", "/v1/audit/verify", { token });
    expect(body).toMatchObject({ ok: false, checked: 2, problem: { position: 3, auditId: 3 } });
  });

  it("is exported as lines in order, whole, in parts, and as CloudEvents", async () => {
    // More than a batch.
    await sql`insert into audit (user_name, action, object_kind, object_id, outcome)
      select 'ada', 'bulk.do', 'thing', i::text, 'done' from generate_series(1, 2500) i`.execute(test.db);
    await seal();
    const client = createClient(auditContract, { url, token });
    const ids: number[] = [];
    for await (const line of client.exportAudit()) if ("id" in line && "hash" in line) ids.push(Number(line.id));
    // And the row that says that it was exported.
    expect(ids).toEqual(Array.from({ length: 2511 }, (_, i) => i + 1));

    const events = [];
    const query = { format: "cloudevents", user: "ada", objectId: "7" } as const;
    for await (const event of client.exportAudit({ query })) events.push(event);
    expect(events).toMatchObject([
      {
        specversion: "1.0",
        type: "audit.bulk.do.v1",
        subject: "thing/7",
        source: "/v1/audit",
        datacontenttype: "application/json",
        data: { user: "ada", hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
    const none = [];
    for await (const line of client.exportAudit({ query: { until: "2020-01-01T00:00:00Z" } })) none.push(line);
    expect(none).toEqual([]);
    const response = await fetch(`${url}/v1/audit/export`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    await response.body?.cancel();
    expect((await call(url, "GET", "/v1/audit?action=audit.export", { token })).body.items).toHaveLength(4);
  });
});
