import { randomUUID } from "node:crypto";
import { approvalRuleContract } from "@berth/api/approval-rule.ts";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertUser } from "../identity/users.ts";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { silentLog } from "../kernel/log.ts";
import { createOutgoing } from "../kernel/outgoing.ts";
import { createSecretBox } from "../kernel/secrets.ts";
import { exerciseWorkflow } from "../kernel/workflow/exercise.ts";
import type { StepCall } from "../kernel/workflow/workflow.ts";
import type { Decision } from "./answer.ts";
import { approvalAsk } from "./approval-ask.ts";
import { closeAsks, startAsk } from "./ask.ts";
import { createAskWorld } from "./real-world.ts";
import { approvalRoutes } from "./routes.ts";
import { createRule, rotateSecret } from "./rule-actions.ts";
import { findRule } from "./store.ts";
import { isSignedWith, type OutsideTool, startOutsideTool } from "./testing/outside-tool.ts";
import type { AskWorld } from "./world.ts";

const ADMIN = testActor("admin", "administrator");
const HOUR_MS = 3_600_000;

describe("approval-ask (CAP B5)", { timeout: 180_000 }, () => {
  const BLOCKS = { blocks: ["00"], goesBack: false } as const;
  const input = () => ({
    askId: randomUUID(),
    expiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
    pausesMs: [1_000, 2_000],
  });

  /** A tool that takes the question at the given attempt, or never. */
  function smallAsk(takenAt: number | null) {
    const rows = { state: "asking" };
    const seen = { attempts: 0 };
    const deps: AskWorld = {
      post: async () => {
        seen.attempts += 1;
        return { isTaken: takenAt !== null && seen.attempts >= takenAt };
      },
      leaveToPeople: async (_tx, _id, state) => {
        rows.state = state;
      },
    };
    const saveRows = () => {
      const saved = { ...rows };
      return () => void Object.assign(rows, saved);
    };
    return { deps, rows, saveRows };
  }

  it.each([
    ["ends with the answer", 2, { ended: { state: "answered" } }, "asking"],
    ["leaves it to people when no answer comes", 1, {}, "expired"],
    ["leaves it to people when the tool is never reached", null, {}, "failed"],
  ] as const)("%s, wherever it is broken off", async (_, takenAt, messages, state) => {
    await exerciseWorkflow(approvalAsk, {
      ...BLOCKS,
      setUp: async () => ({ ...smallAsk(takenAt), input: input(), messages }),
      snapshot: ({ rows }) => {
        expect(rows.state === "asking" || rows.state === state, rows.state).toBe(true);
        return rows;
      },
    });
  });
});

describe("asking an outside tool (CAP B5)", () => {
  const secrets = createSecretBox(Buffer.alloc(32, 5));
  const call0: StepCall = { signal: new AbortController().signal, log: silentLog, progress: () => undefined };
  const decided: Decision[] = [];
  const told: string[] = [];
  const sent: string[] = [];
  const engine = {
    start: async () => undefined,
    send: async (_tx: unknown, id: string) => void sent.push(id),
  };
  let test: TestDb;
  let tool: OutsideTool;
  let server: HttpServer;
  let url: string;
  let world: AskWorld;

  beforeAll(async () => {
    test = await createTestDb();
    const { db } = test;
    tool = await startOutsideTool();
    world = createAskWorld({
      db,
      secrets,
      outgoing: createOutgoing({ allow: ["127.0.0.0/8"] }),
      portalUrl: async () => "https://berth.example.org",
      describe: async () => FACTS,
      askPeople: async (_tx, id) => void told.push(id),
      answerMs: 300,
    });
    const decide = async (_tx: unknown, _id: string, decision: Decision) => {
      decided.push(decision);
      return decision.verb === "approve" ? "approved" : "rejected";
    };
    ({ url, server } = await serve({
      db,
      sets: [approvalRoutes({ db, secrets, engine, decide })],
      authenticate: async () => ADMIN,
    }));
  });

  afterAll(async () => {
    await server?.close();
    await tool?.close();
    await test?.drop();
  });

  beforeEach(() => {
    for (const list of [decided, told, sent, tool.received]) list.length = 0;
    tool.behave(202);
  });

  /** A rule with a webhook, and a question because of it. */
  async function ask(hours = 72) {
    const { db } = test;
    const name = `outside-${randomUUID().slice(0, 8)}`;
    const wish = approvalRuleContract.createApprovalRule.body.parse({
      name,
      outcome: "webhook",
      webhookUrl: tool.url,
      webhookHours: hours,
    });
    const { rule, secret } = await createRule({ db, secrets }, ADMIN, wish);
    const requestId = await addRequest(test);
    await inTx(db, (tx) =>
      startAsk({ engine, secrets }, tx, rule, {
        requestId,
        service: { id: randomUUID(), name: "shop" },
        userId: null,
        endsAt: new Date(Date.now() + 100 * HOUR_MS),
      }),
    );
    const { id } = await db
      .selectFrom("approval_ask")
      .select("id")
      .where("request_id", "=", requestId)
      .executeTakeFirstOrThrow();
    return { rule, secret: secret ?? "", askId: id, requestId };
  }

  const stateOf = async (askId: string) =>
    test.db.selectFrom("approval_ask").select(["state", "error"]).where("id", "=", askId).executeTakeFirstOrThrow();

  /** Posts the question, and answers the path that the tool was told to answer at. */
  async function posted(askId: string): Promise<string> {
    expect(await world.post(askId, call0)).toEqual({ isTaken: true });
    return JSON.parse(tool.received.at(-1)?.body ?? "{}").callbackPath;
  }

  it("tells it everything, signed so that the receivers' own library takes it, and nothing else", async () => {
    const { askId, secret } = await ask();
    const path = await posted(askId);
    const [got] = tool.received;
    if (got === undefined) throw new Error("nothing was received");
    expect(isSignedWith(secret, got)).toBe(true);
    expect(isSignedWith(secret, { ...got, body: got.body.replace("shop", "shoq") })).toBe(false);
    expect(JSON.parse(got.body)).toMatchObject({
      type: "approval.asked.v1",
      service: "shop",
      callbackUrl: `https://berth.example.org${path}`,
    });
    expect(got.headers["webhook-id"]).toBe(askId);
    expect(await stateOf(askId)).toEqual({ state: "asked", error: null });
  });

  it.each([
    ["answers 500", 500, "the tool answered 500"],
    ["redirects", 302, "the tool answered 302"],
    ["takes it and says nothing", "never", "the tool did not answer in time"],
  ] as const)("is not taken by a tool that %s; it is asked again with the same id", async (_, how, error) => {
    const { askId } = await ask();
    tool.behave(how);
    expect(await world.post(askId, call0)).toEqual({ isTaken: false });
    expect(await stateOf(askId)).toEqual({ state: "asking", error });
    tool.behave(200);
    await posted(askId);
    expect(tool.received.map((got) => got.headers["webhook-id"])).toEqual([askId, askId]);
    expect(await stateOf(askId)).toEqual({ state: "asked", error: null });
  });

  it("bears both signatures for a day after its secret was changed, and then only the new one", async () => {
    const { askId, rule, secret: before } = await ask();
    const { secret } = await rotateSecret({ db: test.db, secrets }, ADMIN, rule.id);
    await posted(askId);
    await test.db
      .updateTable("approval_rule")
      .set({ webhook_previous_until: sql<Date>`now() - interval '1 second'` })
      .where("id", "=", rule.id)
      .execute();
    await posted(askId);
    const [during, after] = tool.received;
    if (during === undefined || after === undefined) throw new Error("too little was received");
    expect([isSignedWith(before, during), isSignedWith(secret ?? "", during)]).toEqual([true, true]);
    expect([isSignedWith(before, after), isSignedWith(secret ?? "", after)]).toEqual([false, true]);
  });

  it("keeps neither the secret nor the token in the database", async () => {
    const { askId, secret } = await ask();
    const token = (await posted(askId)).split("/").at(-1) ?? "";
    const rows = JSON.stringify([
      await test.db.selectFrom("approval_rule").selectAll().execute(),
      await test.db.selectFrom("approval_ask").selectAll().execute(),
      await test.db.selectFrom("audit").selectAll().execute(),
    ]);
    expect(token.length).toBeGreaterThan(40);
    expect(rows).not.toContain(token);
    expect(rows).not.toContain(secret.slice(6));
    expect((await findRule(test.db, (await ask()).rule.name)).webhook_secret_sealed).toMatch(/^v1\./);
  });

  it("takes one answer from who holds the token, and tells the waiting question", async () => {
    const { askId } = await ask();
    const path = await posted(askId);
    const answer = { decision: "approve", by: "change board", reason: "CHG-7" };
    const reply = await call(url, "POST", path, { body: answer });
    expect([reply.status, reply.body]).toEqual([200, { state: "approved" }]);
    expect(decided).toEqual([
      { verb: "approve", by: expect.stringMatching(/^change board \(by outside-/), reason: "CHG-7" },
    ]);
    expect(sent).toEqual([askId]);

    const replay = await call(url, "POST", path, { body: { ...answer, decision: "reject" } });
    expect([replay.status, replay.body.code]).toEqual([409, "conflict"]);
    expect(decided).toHaveLength(1);
  });

  it("takes only one of two answers that come at once", async () => {
    const { askId } = await ask();
    const path = await posted(askId);
    const answers = ["approve", "reject"].map((decision) =>
      call(url, "POST", path, { body: { decision, by: "ada", reason: "r" } }),
    );
    expect((await Promise.all(answers)).map((reply) => reply.status).sort()).toEqual([200, 409]);
    expect(decided).toHaveLength(1);
  });

  it.each([
    ["a token that nobody has", (path: string) => `${path.slice(0, -3)}abc`, { decision: "approve", by: "x" }, 404],
    ["a rejection without a reason", (path: string) => path, { decision: "reject", by: "x" }, 400],
    ["nobody's name", (path: string) => path, { decision: "approve" }, 400],
    ["more than was asked", (path: string) => path, { decision: "approve", by: "x", price: 1 }, 400],
  ])("refuses %s, and nothing changes", async (_, pathOf, body, status) => {
    const { askId } = await ask();
    const reply = await call(url, "POST", pathOf(await posted(askId)), { body });
    expect(reply.status).toBe(status);
    expect(decided).toEqual([]);
    expect((await stateOf(askId)).state).toBe("asked");
  });

  it("refuses an answer that comes too late, or after people have decided", async () => {
    const late = await ask();
    const latePath = await posted(late.askId);
    await inTx(test.db, (tx) => world.leaveToPeople(tx, late.askId, "expired"));
    expect(told).toEqual([late.requestId]);
    const closed = await ask();
    const closedPath = await posted(closed.askId);
    await inTx(test.db, (tx) => closeAsks(engine, tx, closed.requestId));
    for (const path of [latePath, closedPath]) {
      const reply = await call(url, "POST", path, { body: { decision: "approve", by: "x" } });
      expect(reply.status).toBe(409);
    }
    expect(decided).toEqual([]);
  });

  it("refuses rules that could never work, naming the field", async () => {
    const attempt = (body: object) => call(url, "POST", "/v1/approval-rules", { token: "t".repeat(20), body });
    const wrong = [
      [{ name: "a", outcome: "webhook" }, "webhookUrl"],
      [{ name: "a", outcome: "approve", groups: ["nobody-knows"] }, "groups[0]"],
      [{ name: "a", outcome: "approve", projects: ["none"] }, "projects[0]"],
      [{ name: "a", outcome: "approve", maxPricePerDay: "1,5" }, "maxPricePerDay"],
      [{ name: "a", outcome: "sometimes" }, "outcome"],
      [{ name: "a", outcome: "approve", order: 0 }, "order"],
    ] as const;
    const before = await test.db.selectFrom("approval_rule").select("id").execute();
    for (const [body, field] of wrong) {
      const reply = await attempt(body);
      expect([reply.status, reply.body.fields?.[0]?.field]).toEqual([400, field]);
    }
    expect(await test.db.selectFrom("approval_rule").select("id").execute()).toHaveLength(before.length);
  });
});

const FACTS = {
  kind: "service",
  service: "shop",
  template: "two-tier@1",
  requester: "ada",
  email: "ada@example.org",
  pool: "default",
  servers: 3,
  startsAt: "2027-01-01T00:00:00.000Z",
  endsAt: "2027-01-11T00:00:00.000Z",
  days: 10,
  price: { currency: "EUR", perDay: "1.00", total: "10.00" },
} as const;

async function addRequest({ db }: TestDb): Promise<string> {
  const [serviceId, requestId] = [randomUUID(), randomUUID()];
  const given = { name: `u-${serviceId.slice(0, 8)}`, role: "user", email: null, passwordHash: "none" } as const;
  const user = await inTx(db, (tx) => insertUser(tx, given));
  await sql`
    insert into service (id, name, owner_id, template_id, template_label, pool, starts_at, ends_at, lease_policy, price,
      user_key_public, user_key_sealed, operation_id)
    values (${serviceId}, ${given.name}, ${user.id}, ${randomUUID()}, 'two-tier@1', 'default', now(),
      now() + interval '10 days', 'delete', '{}', 'none', 'none', ${requestId})`.execute(db);
  await sql`
    insert into request (id, service_id, requester_id, requester, email, completion, pools, on_failure, wish)
    values (${requestId}, ${serviceId}, ${user.id}, 'ada', 'ada@example.org', 'x', '[]', 'unwind', '{}')`.execute(db);
  return requestId;
}
