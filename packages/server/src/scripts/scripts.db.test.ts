import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthenticate } from "../identity/authenticate.ts";
import { identityRoutes } from "../identity/routes.ts";
import { createToken } from "../identity/tokens.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { silentLog } from "../kernel/log.ts";
import { runIfDue } from "../kernel/schedule/reconcile.ts";
import { createEngine, type RunningEngine } from "../kernel/workflow/engine.ts";
import { exerciseWorkflow } from "../kernel/workflow/exercise.ts";
import { until } from "../kernel/workflow/testing/until.ts";
import { scriptRoutes } from "./routes.ts";
import type { ScriptRun } from "./runner.ts";
import { type ScriptRunInput, type ScriptWorld, scriptRun } from "./script-run.ts";
import { scriptSync } from "./script-sync.ts";
import { createScriptWorld } from "./world.ts";

describe("the script library (CAP Q3)", { timeout: 120_000 }, () => {
  let test: TestDb;
  let engine: RunningEngine;
  let server: HttpServer;
  let url: string;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    test = await createTestDb();
    const { db } = test;
    for (const [name, role] of [
      ["olga", "operator"],
      ["uma", "user"],
      ["otto", "operator"],
    ] as const) {
      const id = randomUUID();
      await db.insertInto("berth_user").values({ id, name, role, password_hash: "none" }).execute();
      const actor = { ...testActor(name, role), userId: id };
      tokens[name] = (await createToken(db, actor, { name: "test", expiresAt: null })).token;
    }
    engine = createEngine({ db, databaseUrl: test.url, controllerId: "scripts", log: silentLog });
    const served = { url: "" };
    engine.register(scriptRun, createScriptWorld({ db, url: () => served.url }));
    await engine.launch();
    const sets = [identityRoutes({ db }), scriptRoutes({ db, engine })];
    ({ url, server } = await serve({ db, sets, authenticate: createAuthenticate(db) }));
    served.url = url;
  });
  afterAll(async () => {
    await server?.close();
    await engine?.stop();
    await test?.drop();
  });

  const ask = (who: string, method: string, path: string, body?: unknown) =>
    call(url, method, path, {
      token: tokens[who] ?? "",
      ...(body === undefined ? {} : { body }),
      ...(method === "POST" ? { headers: { "idempotency-key": randomUUID() } } : {}),
    });
  const save = (who: string, name: string, text: string, more: object = {}) =>
    ask(who, "PUT", `/v1/scripts/${name}`, { text, ...more });
  const ended = (id: string) =>
    until(async () => {
      const row = await test.db
        .selectFrom("operation")
        .select(["state", "error", "ended_at"])
        .where("id", "=", id)
        .executeTakeFirst();
      return row?.ended_at == null ? null : row;
    }, `the run ${id} has ended`);
  const run = async (who: string, name: string, text: string) => {
    await save(who, name, text);
    const { status, body } = await ask(who, "POST", `/v1/scripts/${name}/runs`, {});
    expect(status).toBe(202);
    const { state, error } = await ended(body.operationId);
    const log = await test.db
      .selectFrom("operation_log")
      .select("message")
      .where("operation_id", "=", body.operationId)
      .orderBy("id")
      .execute();
    return { id: body.operationId as string, state, error, log: log.map((line) => line.message) };
  };

  it("keeps versions, and makes none of the same text", async () => {
    expect((await save("uma", "report", "console.log(1)")).body).toMatchObject({ latest: 1, owner: "uma" });
    expect((await save("uma", "report", "console.log(1)", { notes: "monthly" })).body).toMatchObject({
      latest: 1,
      notes: "monthly",
    });
    expect((await save("uma", "report", "console.log(2)")).body).toMatchObject({ latest: 2, notes: "monthly" });
    const old = await ask("uma", "GET", "/v1/scripts/report?version=1");
    expect(old.body).toMatchObject({ version: 1, latest: 2, text: "console.log(1)" });
    const versions = await ask("uma", "GET", "/v1/scripts/report/versions");
    expect(versions.body.items.map((one: { version: number }) => one.version)).toEqual([2, 1]);
  });

  it("tells the second of two who edit the same version", async () => {
    await save("uma", "shared-work", "a");
    expect((await save("uma", "shared-work", "b", { basedOn: 1 })).status).toBe(200);
    const second = await save("uma", "shared-work", "c", { basedOn: 1 });
    expect(second.status).toBe(409);
    expect(second.body.fields[0].field).toBe("basedOn");
  });

  it("shows others only what is shared, and lets them change nothing of it", async () => {
    await save("uma", "private", "x");
    expect((await ask("olga", "GET", "/v1/scripts/private")).status).toBe(404);
    const taken = await save("olga", "private", "y");
    expect([taken.status, taken.body.fields[0].field]).toEqual([409, "name"]);
    await save("uma", "public", "x", { shared: true });
    const seen = await ask("olga", "GET", "/v1/scripts/public");
    expect(seen.body.refused.save).toMatch(/belongs to uma/);
    expect((await save("olga", "public", "y")).status).toBe(403);
    expect((await ask("olga", "DELETE", "/v1/scripts/public")).status).toBe(403);
    const list = await ask("olga", "GET", "/v1/scripts?limit=500");
    expect(list.body.items.map((one: { name: string }) => one.name)).not.toContain("private");
  });

  it("runs TypeScript with the rights of who runs it, and its token ends with it", async () => {
    const text = `import { connect } from "@berth/sdk/connect.ts";
      import { sdkConfig } from "@berth/sdk/config.ts";
      const who: { name: string } = await connect().whoami();
      console.log("I am", who.name);
      console.error("token", sdkConfig.token);`;
    const { state, error, log, id } = await run("olga", "who", text);
    expect([state, error]).toEqual(["done", null]);
    expect(log).toContain("I am olga");
    const token = log.find((line) => line.startsWith("token "))?.slice("token ".length) ?? "";
    expect((await call(url, "GET", "/v1/whoami", { token })).status).toBe(401);
    expect((await ask("olga", "GET", "/v1/scripts/who")).body.lastRun).toMatchObject({ operationId: id, version: 1 });
  });

  it.each([
    ["an exit code", "console.error('no licence'); process.exit(3)", /exit code 3: no licence/],
    ["a file of ours", "import { readFileSync } from 'node:fs'; readFileSync('/etc/passwd')", /exit code 1/],
    ["a file of its own", "import { writeFileSync } from 'node:fs'; writeFileSync('/tmp/x', '')", /exit code 1/],
    ["a process", "import { execSync } from 'node:child_process'; execSync('true')", /exit code 1/],
    ["a worker", "import { Worker } from 'node:worker_threads'; new Worker('1', { eval: true })", /exit code 1/],
    ["all the memory", "const all = []; for (;;) all.push(new Array(1e6).fill({}));", /more memory/],
    ["what is no TypeScript", "const = 1", /exit code 1/],
  ])("ends a script that wants %s, and says so", async (_case, text, words) => {
    const { state, error } = await run("olga", "bad", text);
    expect(state).toBe("failed");
    expect(error).toMatch(words);
  });

  it("keeps no more lines than it should, of any length", async () => {
    const { state, log } = await run("olga", "loud", "for (let i = 0; i < 6000; i += 1) console.log('x'.repeat(3000))");
    expect(state).toBe("done");
    expect(log.length).toBeLessThanOrEqual(5_001);
    expect(Math.max(...log.map((line) => line.length))).toBeLessThanOrEqual(2_000);
  });

  it("tells what the compiler finds in a script, by the types of the API itself", async () => {
    const text = `import { connect } from "@berth/sdk/connect.ts";
for (const one of (await connect().listServers({ query: { kind: "physica" } })).items) console.log(one.nam);
console.log(one);`;
    const { status, body } = await ask("uma", "POST", "/v1/scripts/check", { text });
    expect(status).toBe(200);
    const found = body.items.map((one: { line: number; message: string }) => `${one.line}: ${one.message}`);
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(/^2: .*"physica".*Did you mean '"physical"'/);
    expect(found[1]).toMatch(/^2: Property 'nam' does not exist/);
    expect(found[2]).toMatch(/^3: Cannot find name 'one'/);
    const good = 'import { connect } from "@berth/sdk/connect.ts";\nconsole.log((await connect().whoami()).name);';
    expect((await ask("uma", "POST", "/v1/scripts/check", { text: good })).body.items).toEqual([]);
  });

  it("runs nothing on the controller for those who may not, and says who may", async () => {
    await save("uma", "mine", "console.log(1)");
    const { status } = await ask("uma", "POST", "/v1/scripts/mine/runs", {});
    expect(status).toBe(403);
    expect((await ask("uma", "GET", "/v1/scripts/mine")).body.refused.run).toMatch(/operators and administrators/);
  });

  it("runs what is scheduled once, however many look, and says when next", async () => {
    await save("otto", "nightly", "console.log('good night')");
    const past = new Date(Date.now() - 90 * 60_000).toISOString();
    const never = await ask("otto", "PUT", "/v1/scripts/nightly/schedule", { startsAt: past });
    expect([never.status, never.body.fields[0].field]).toEqual([400, "startsAt"]);
    await ask("otto", "PUT", "/v1/scripts/nightly/schedule", { startsAt: past, repeat: "hourly" });
    await test.db
      .updateTable("script_schedule")
      .set({ next_at: new Date(past) })
      .execute();
    const sync = scriptSync({ db: test.db, engine, log: silentLog });
    const signal = new AbortController().signal;
    await Promise.all([1, 2, 3, 4].map(() => sync.pass(signal)));
    await runIfDue({ db: test.db, controllerId: "other", log: silentLog }, sync, signal);
    const runs = await test.db.selectFrom("script_run").select("operation_id").execute();
    const mine = runs.filter((one) => one.operation_id.startsWith("script-"));
    expect(mine).toHaveLength(1);
    expect(await ended(mine[0]?.operation_id ?? "")).toMatchObject({ state: "done" });
    const { body } = await ask("otto", "GET", "/v1/scripts/nightly");
    expect(new Date(body.schedule.nextAt).getTime()).toBeGreaterThan(Date.now());
  });

  it("runs nothing on schedule for who has lost the right to, and keeps that it did not", async () => {
    await save("otto", "demoted", "console.log('still here')");
    const startsAt = new Date(Date.now() + 3_600_000).toISOString();
    await ask("otto", "PUT", "/v1/scripts/demoted/schedule", { startsAt, repeat: "daily" });
    const { id } = (await ask("otto", "GET", "/v1/scripts/demoted")).body;
    await test.db.updateTable("script_schedule").set({ next_at: new Date() }).where("script_id", "=", id).execute();
    await test.db.updateTable("berth_user").set({ role: "user" }).where("name", "=", "otto").execute();
    await scriptSync({ db: test.db, engine, log: silentLog }).pass(new AbortController().signal);
    expect(await test.db.selectFrom("script_run").select("version").where("script_id", "=", id).execute()).toEqual([]);
    const rows = await test.db
      .selectFrom("audit")
      .select(["outcome", "user_name"])
      .where("object_id", "=", id)
      .execute();
    expect(rows).toContainEqual({ outcome: "refused", user_name: "otto" });
  });
});

describe("a run of a script (CAP Q3)", () => {
  it("may fail or crash at any point, is never run twice, and leaves no token", { timeout: 120_000 }, async () => {
    const input: ScriptRunInput = { operationId: "run-1", script: "report", version: 1 };
    await exerciseWorkflow(scriptRun, {
      setUp: async () => {
        const state = { begun: false, ended: false, tokens: 0, ran: 0 };
        const deps: ScriptWorld & { state: typeof state } = {
          state,
          begin: async () => {
            if (state.ended) return { kind: "ended", failure: null };
            if (state.begun) return { kind: "interrupted" };
            Object.assign(state, { begun: true, tokens: 1 });
            return { kind: "new", text: "", url: "http://berth.invalid", token: "t" };
          },
          end: async () => void Object.assign(state, { ended: true, tokens: 0 }),
          run: async (_run: ScriptRun) => {
            state.ran += 1;
            return { kind: "exit", code: 0 } as const;
          },
        };
        return { deps, input };
      },
      snapshot: ({ deps }) => ({ tokens: deps.state.tokens, ranTwice: deps.state.ran > 1 }),
    });
  });
});
