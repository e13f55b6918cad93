import { randomUUID } from "node:crypto";
import type { OperationChange } from "@berth/api/operation.ts";
import { applyChange, EMPTY_TREE, treeRows } from "@berth/api/operation-tree.ts";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inTx } from "../db/db.ts";
import { createTestDb, type TestDb } from "../db/test-db.ts";
import { AppError } from "../errors.ts";
import { createEventFeed } from "../events/feed.ts";
import type { Actor, RouteRequest } from "../http/handler.ts";
import { testActor } from "../http/testing/actor.ts";
import { silentLog } from "../log.ts";
import { createEngine, type RunningEngine } from "./engine.ts";
import { type OperationAudit, operationRoutes } from "./routes.ts";
import { failing, type LineWorld, line, parent, parking, slow } from "./testing/line.ts";
import { until } from "./testing/until.ts";
import type { Workflow } from "./workflow.ts";

const ada = testActor("ada");
const eve = testActor("eve");
const root = testActor("root", "administrator");

const isRoot = (actor: Actor) => actor.roles.includes("administrator");
const ownOrAll = (actor: Actor) => sql<boolean>`(${isRoot(actor)}::boolean or operation.user_id = ${actor.userId})`;

describe("operations", { timeout: 60_000 }, () => {
  let test: TestDb;
  let engine: RunningEngine;
  let handlers: ReturnType<typeof operationRoutes>["handlers"];
  const world: LineWorld = { calls: [], things: new Set(), faults: new Map() };
  const audits: OperationAudit[] = [];

  beforeAll(async () => {
    test = await createTestDb({ blocks: ["00"] });
    const { db } = test;
    engine = createEngine({ db, databaseUrl: test.url, controllerId: "ops", log: silentLog });
    // biome-ignore lint/suspicious/noExplicitAny: workflows of different inputs stand in one list
    for (const one of [line, parking, parent, slow, failing] as Workflow<LineWorld, any, unknown>[])
      engine.register(one, world);
    await engine.launch();
    handlers = operationRoutes({
      db,
      engine,
      feed: createEventFeed({ db, log: silentLog }),
      audit: async (_tx, entry) => void audits.push(entry),
      rights: { seen: ownOrAll, operated: ownOrAll, commanded: (actor) => sql<boolean>`${isRoot(actor)}::boolean` },
      resolve: async (_actor, name) => (name.startsWith("shop-") ? name.slice("shop-".length) : null),
    }).handlers;
  });
  afterAll(async () => {
    await engine.stop();
    await test.drop();
  });

  const ask = async (operation: string, actor: Actor, id: string | null, more: object = {}): Promise<unknown> => {
    const request = {
      params: id === null ? undefined : { id },
      query: { limit: 50 },
      body: {},
      actor,
      lastEventId: null,
      signal: new AbortController().signal,
      requestId: "r1",
      recordAnswer: async () => undefined,
      ...more,
    };
    return handlers[operation]?.(request as unknown as RouteRequest<never>);
  };
  const start = async (
    workflow: Workflow<LineWorld, { id: string }, unknown>,
    extra: object = {},
    id = randomUUID(),
  ) => {
    await inTx(test.db, (tx) =>
      engine.start(tx, workflow, {
        id,
        input: { id, ...extra },
        title: `the ${workflow.name}`,
        subject: { kind: "thing", id },
        userId: "ada",
      }),
    );
    return id;
  };
  const reaches = (id: string, state: string) =>
    until(async () => {
      const row = await test.db.selectFrom("operation").select("state").where("id", "=", id).executeTakeFirst();
      return row?.state === state ? true : null;
    }, `${id} is ${state}`);
  const watch = async (id: string, more: object = {}) =>
    (await ask("watchOperation", ada, id, more)) as AsyncIterable<OperationChange>;

  it("shows an operation with its parts in order, and nothing of its input", async () => {
    const id = await start(parent, { children: 2, secretive: "hunter2" });
    await reaches(id, "done");
    const detail = (await ask("getOperation", ada, id)) as Parameters<typeof applyChange>[1] & { complete: boolean };
    const rows = treeRows(applyChange(EMPTY_TREE, detail), id);
    expect(
      rows.map(
        (r) =>
          `${r.depth} ${r.kind === "step" ? r.step.name : r.operation.title} ${r.kind === "step" ? r.step.state : r.operation.state}`,
      ),
    ).toEqual([
      "0 the parent done",
      "1 one done",
      "1 part 0 done",
      "2 child done",
      "2 child-end done",
      "1 part 1 done",
      "2 child done",
      "2 child-end done",
    ]);
    expect(detail.complete).toBe(true);
    expect(JSON.stringify(detail)).not.toContain("hunter2");
  });

  it("streams every step of a running operation and ends with it", async () => {
    const id = await start(slow);
    await reaches(id, "running");
    let tree = EMPTY_TREE;
    const seen = new Set<string>();
    let changes = 0;
    for await (const change of await watch(id)) {
      changes += 1;
      tree = applyChange(tree, change);
      for (const step of change.steps) seen.add(`${step.name} ${step.state}`);
      if (changes === 1) world.faults.set(`release ${id}`, []);
    }
    expect(changes).toBeGreaterThan(1);
    expect([...seen]).toEqual(expect.arrayContaining(["one running", "one done", "three done"]));
    expect(tree.operations.get(id)).toMatchObject({ state: "done", ended: true });
  });

  it("goes on after a lost connection where it was", async () => {
    const id = await start(slow);
    await reaches(id, "running");
    const cut = new AbortController();
    const seen: OperationChange[] = [];
    for await (const change of await watch(id, { signal: cut.signal })) {
      seen.push(change);
      cut.abort();
    }
    // All this happens while nobody watches.
    world.faults.set(`release ${id}`, []);
    await reaches(id, "done");
    for await (const change of await watch(id, { lastEventId: seen[0]?.eventId })) seen.push(change);
    const tree = seen.reduce(applyChange, EMPTY_TREE);
    expect(treeRows(tree, id).map((row) => (row.kind === "step" ? row.step.state : row.operation.state))).toEqual([
      "done",
      "done",
      "done",
    ]);
  });

  it("ends at once for an operation that has ended, also when the client had seen its end", async () => {
    const id = await start(line);
    await reaches(id, "done");
    const first: OperationChange[] = [];
    for await (const change of await watch(id)) first.push(change);
    expect(first).toHaveLength(1);
    const again: OperationChange[] = [];
    for await (const change of await watch(id, { lastEventId: first[0]?.eventId })) again.push(change);
    expect(again.at(-1)?.operations[0]?.state).toBe("done");
    const afresh: OperationChange[] = [];
    for await (const change of await watch(id, { lastEventId: "garbage" })) afresh.push(change);
    expect(afresh).toHaveLength(1);
  });

  it("serves many watchers, each with its own operation only", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => start(slow)));
    for (const id of ids) await reaches(id, "running");
    const streams = ids.map(async (id) => {
      const operations = new Set<string>();
      for await (const change of await watch(id)) {
        for (const one of change.operations) operations.add(one.id);
        world.faults.set(`release ${id}`, []);
      }
      return [...operations];
    });
    expect(await Promise.all(streams)).toEqual(ids.map((id) => [id]));
  });

  it("does not miss what a slow transaction wrote before others did", async () => {
    const id = await start(slow);
    await reaches(id, "running");
    // The operation runs a moment before its first step is in the journal.
    const firstStep = test.db.selectFrom("operation_step").select("note").where("operation_id", "=", id);
    await until(async () => (await firstStep.executeTakeFirst()) ?? null, "the first step is in the journal");
    const slowWrite = Promise.withResolvers<void>();
    const seen: string[] = [];
    const written = Promise.withResolvers<void>();
    const early = inTx(test.db, async (tx) => {
      const position = await tx
        .updateTable("operation_step")
        .set({ note: "early" })
        .where("operation_id", "=", id)
        .where("position", "=", 1)
        .returning("position")
        .executeTakeFirst();
      written.resolve();
      await slowWrite.promise;
      return position;
    });
    await written.promise;
    const watching = (async () => {
      for await (const change of await watch(id)) {
        if (seen.length === 0) {
          // Its event's id is higher than the early one's, and it commits first.
          await test.db.updateTable("operation").set({ waits_for: "late" }).where("id", "=", id).execute();
          slowWrite.resolve();
          await early;
          world.faults.set(`release ${id}`, []);
        }
        seen.push(...change.steps.flatMap((step) => (step.note === "early" ? ["early"] : [])), "change");
      }
    })();
    await watching;
    expect(seen).toContain("early");
  });

  it("steers, and writes down who did", async () => {
    const id = randomUUID();
    world.faults.set(`two ${id}`, [new AppError("unavailable", "not yet")]);
    await start(parking, {}, id);
    await reaches(id, "parked");
    expect(await ask("getOperation", ada, id)).toMatchObject({
      doors: ["retry", "rollback", "accept"],
      error: "not yet",
    });
    await ask("rollbackOperation", ada, id, { body: { reason: "no longer needed" } });
    await reaches(id, "failed");
    expect(audits.at(-1)).toMatchObject({
      action: "operation.rollback",
      object: { id },
      details: { reason: "no longer needed" },
    });
    await expect(ask("retryOperation", ada, id)).rejects.toMatchObject({ code: "conflict" });
    await expect(ask("cancelOperation", ada, id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("leaves what could not be undone to administrators", async () => {
    const id = randomUUID();
    world.faults.set(`three ${id}`, [new AppError("unavailable", "closed")]);
    world.faults.set(`undo one ${id}`, [new AppError("unavailable", "still there")]);
    await start(line, {}, id);
    await reaches(id, "stuck");
    await expect(ask("acceptOperation", ada, id)).rejects.toMatchObject({ code: "forbidden" });
    await ask("acceptOperation", root, id);
    await reaches(id, "failed");
  });

  it("cancels", async () => {
    const id = await start(slow);
    await reaches(id, "running");
    await ask("cancelOperation", ada, id);
    world.faults.set(`release ${id}`, []);
    await reaches(id, "cancelled");
    expect(await ask("getOperation", ada, id)).toMatchObject({ error: "cancelled by ada" });
  });

  it.each([
    "getOperation",
    "watchOperation",
    "retryOperation",
    "rollbackOperation",
    "acceptOperation",
    "cancelOperation",
  ])("%s hides operations of others", async (operation) => {
    const id = await start(line);
    const hidden = ask(operation, eve, id).catch((error: unknown) => error);
    const absent = ask(operation, eve, randomUUID()).catch((error: unknown) => error);
    expect(await hidden).toMatchObject({ code: "not_found", message: ((await absent) as AppError).message });
  });

  it("finds the operation by the name of what it is about", async () => {
    const id = await start(line);
    expect(await ask("getOperation", ada, `shop-${id}`)).toMatchObject({ id });
    await expect(ask("getOperation", eve, `shop-${id}`)).rejects.toMatchObject({ code: "not_found" });
  });

  it("lists one's own, all for administrators, and filters", async () => {
    const id = await start(line, {}, `z-${randomUUID()}`);
    await reaches(id, "done");
    const ids = async (actor: Actor, query: object) =>
      (
        (await ask("listOperations", actor, null, { query: { limit: 500, ...query } })) as { items: { id: string }[] }
      ).items.map((o) => o.id);
    expect(await ids(ada, {})).toContain(id);
    expect(await ids(eve, {})).toEqual([]);
    expect(await ids(root, { subjectId: id })).toEqual([id]);
    expect(await ids(ada, { state: "done", ended: true, workflow: "line", search: "the line" })).toContain(id);
    expect(await ids(ada, { ended: false })).not.toContain(id);
    expect(await ids(ada, { busy: false, state: "done" })).toContain(id);
    expect(await ids(ada, { busy: true })).not.toContain(id);
    const children = await ids(ada, { parentId: (await ids(ada, { workflow: "parent" }))[0] });
    expect(children).toHaveLength(2);
    expect(await ids(ada, {})).not.toContain(children[0]);
  });
});
