import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inTx } from "../db/db.ts";
import { createTestDb, type TestDb } from "../db/test-db.ts";
import { AppError, ProviderError } from "../errors.ts";
import { silentLog } from "../log.ts";
import { createEngine, type RunningEngine } from "./engine.ts";
import { counts, failing, type LineWorld, line, parent, parking, patient, slow } from "./testing/line.ts";
import { until } from "./testing/until.ts";
import type { Workflow } from "./workflow.ts";

const LONG_MS = 60_000;

describe("engine", { timeout: LONG_MS }, () => {
  let test: TestDb;
  let engine: RunningEngine;
  const world: LineWorld = { calls: [], things: new Set(), faults: new Map() };

  beforeAll(async () => {
    test = await createTestDb({ blocks: ["00"] });
    engine = createEngine({ db: test.db, databaseUrl: test.url, controllerId: "t", log: silentLog });
    // biome-ignore lint/suspicious/noExplicitAny: workflows of different inputs stand in one list
    const all: Workflow<LineWorld, any, unknown>[] = [line, parking, parent, patient, slow, counts, failing];
    for (const workflow of all) engine.register(workflow, world);
    await engine.launch();
  }, LONG_MS);

  afterAll(async () => {
    await engine.stop();
    await test.drop();
  }, LONG_MS);

  const start = async (workflow: Workflow<LineWorld, { id: string }, unknown>, extra: object = {}): Promise<string> => {
    const id = randomUUID();
    await inTx(test.db, (tx) =>
      engine.start(tx, workflow, {
        id,
        input: { id, ...extra },
        title: workflow.name,
        subject: { kind: "thing", id },
        userId: null,
      }),
    );
    return id;
  };
  const read = (id: string) =>
    test.db.selectFrom("operation").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  const reaches = (id: string, state: string) =>
    until(
      async () => ((await read(id)).state === state ? true : null),
      `${id} is ${state}`,
      async () => JSON.stringify(await read(id)),
    );
  const steps = (id: string) =>
    test.db
      .selectFrom("operation_step")
      .select(["name", "state", "attempt"])
      .where("operation_id", "=", id)
      .orderBy("position")
      .execute();
  const of = (id: string) =>
    world.calls.filter((call) => call.endsWith(id)).map((call) => call.split(" ").slice(0, -1).join(" "));
  const fail = (key: string, ...errors: Error[]) => world.faults.set(key, errors);

  it("runs steps in order and hands their results on", async () => {
    const id = await start(line);
    await reaches(id, "done");
    expect(of(id)).toEqual(["do one", "do three"]);
    expect((await read(id)).output).toEqual({ sum: 3 });
    expect(await steps(id)).toMatchObject([
      { name: "one", state: "done" },
      { name: "two", state: "done" },
      { name: "three", state: "done" },
    ]);
  });

  it("starts nothing when the caller's transaction rolls back", async () => {
    const id = randomUUID();
    const rolledBack = inTx(test.db, async (tx) => {
      await engine.start(tx, line, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null });
      throw new Error("no");
    });
    await expect(rolledBack).rejects.toThrow("no");
    const after = await start(line);
    await reaches(after, "done");
    expect(of(id)).toEqual([]);
  });

  it("starts once for the same id", async () => {
    const id = await start(line);
    await inTx(test.db, (tx) =>
      engine.start(tx, line, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "done");
    expect(of(id)).toEqual(["do one", "do three"]);
  });

  it("undoes in reverse what was done, and the failed step too", async () => {
    const id = randomUUID();
    fail(`three ${id}`, new AppError("unavailable", "three is closed"));
    await inTx(test.db, (tx) =>
      engine.start(tx, line, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "failed");
    expect(of(id)).toEqual(["do one", "undo three", "undo two", "undo one"]);
    expect((await read(id)).error).toBe("three is closed");
    expect(world.things.has(id)).toBe(false);
  });

  it.each(["unreachable", "busy"] as const)("tries again what is %s", async (failure) => {
    const id = randomUUID();
    fail(`one ${id}`, new ProviderError(failure, "not now"));
    await inTx(test.db, (tx) =>
      engine.start(tx, line, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "done");
    expect((await steps(id))[0]).toMatchObject({ attempt: 2 });
  });

  it.each(["denied", "rejected", "not_found"] as const)("does not try again what is %s", async (failure) => {
    const id = randomUUID();
    fail(`one ${id}`, new ProviderError(failure, "never"));
    await inTx(test.db, (tx) =>
      engine.start(tx, line, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "failed");
    expect((await steps(id))[0]).toMatchObject({ attempt: 1, state: "undone" });
  });

  it("says nothing of what an unexpected error says", async () => {
    const id = randomUUID();
    fail(`one ${id}`, new Error("password=hunter2"));
    await inTx(test.db, (tx) =>
      engine.start(tx, line, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "failed");
    expect((await read(id)).error).toBe("internal error");
    expect(
      JSON.stringify(await test.db.selectFrom("event").select("data").where("subject_id", "=", id).execute()),
    ).not.toContain("hunter2");
  });

  it("is stuck when an undo fails, and goes on through the door", async () => {
    const id = randomUUID();
    fail(`three ${id}`, new AppError("unavailable", "closed"));
    fail(`undo one ${id}`, new AppError("unavailable", "still there"), new AppError("unavailable", "still there"));
    await inTx(test.db, (tx) =>
      engine.start(tx, line, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "stuck");
    expect((await read(id)).error).toBe("one could not be undone: still there");
    await inTx(test.db, (tx) => engine.open(tx, id, "retry"));
    await reaches(id, "stuck");
    await inTx(test.db, (tx) => engine.open(tx, id, "accept"));
    await reaches(id, "failed");
    expect((await steps(id)).map((s) => s.state)).toEqual(["kept", "undone", "undone"]);
  });

  it("refuses a door that is not open", async () => {
    const id = await start(line);
    await reaches(id, "done");
    const opened = inTx(test.db, (tx) => engine.open(tx, id, "retry"));
    await expect(opened).rejects.toMatchObject({ code: "conflict" });
  });

  it("parks, and resumes at the failed step", async () => {
    const id = randomUUID();
    fail(`two ${id}`, new AppError("unavailable", "not yet"));
    await inTx(test.db, (tx) =>
      engine.start(tx, parking, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "parked");
    await inTx(test.db, (tx) => engine.open(tx, id, "retry"));
    await reaches(id, "done");
    expect(of(id)).toEqual(["do one", "do two"]);
  });

  it.each([
    ["rollback", "failed", ["do one", "undo two", "undo one"]],
    ["accept", "accepted", ["do one"]],
  ] as const)("parks, and %s ends it as %s", async (door, end, calls) => {
    const id = randomUUID();
    fail(`two ${id}`, new AppError("unavailable", "not yet"));
    await inTx(test.db, (tx) =>
      engine.start(tx, parking, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null }),
    );
    await reaches(id, "parked");
    await inTx(test.db, (tx) => engine.open(tx, id, door));
    await reaches(id, end);
    expect(of(id)).toEqual(calls);
  });

  it("waits for a message, also for one that came before", async () => {
    const late = await start(patient);
    await reaches(late, "waiting");
    expect((await read(late)).waits_for).toBe("approval");
    await inTx(test.db, (tx) => engine.send(tx, late, "approval", { ok: true }));
    await reaches(late, "done");
    expect((await read(late)).output).toEqual({ ok: true });

    const id = randomUUID();
    await inTx(test.db, async (tx) => {
      await engine.start(tx, patient, { id, input: { id }, title: "x", subject: { kind: "thing", id }, userId: null });
      await engine.send(tx, id, "approval", { ok: "early" });
    });
    await reaches(id, "done");
    expect((await read(id)).output).toEqual({ ok: "early" });
  });

  it("gives null when the time for a message has passed", async () => {
    const id = await start(patient, { until: new Date(Date.now() + 300).toISOString() });
    await reaches(id, "done");
    expect((await read(id)).output).toBe(null);
  });

  it("is cancelled while it waits, and unwinds", async () => {
    const id = await start(patient);
    await reaches(id, "waiting");
    await inTx(test.db, (tx) => engine.cancel(tx, id, "no longer wanted"));
    await reaches(id, "cancelled");
    expect(of(id)).toEqual(["do one", "undo one"]);
    expect((await read(id)).error).toBe("no longer wanted");
  });

  it("is cancelled between two steps", async () => {
    const id = await start(slow);
    await until(async () => (of(id).includes("do one") ? true : null), "step one runs");
    await inTx(test.db, (tx) => engine.cancel(tx, id, "stop"));
    world.faults.set(`release ${id}`, []);
    await reaches(id, "cancelled");
    expect(of(id)).toEqual(["do one", "undo one"]);
  });

  it("runs children in parallel and hands their results on in order", async () => {
    const id = await start(parent, { children: 5 });
    await reaches(id, "done");
    expect((await read(id)).output).toEqual([0, 1, 2, 3, 4].map((n) => `${id}-${n}`));
  });

  it("undoes finished children when one has failed", async () => {
    const id = randomUUID();
    fail(`child ${id}-1`, new AppError("unavailable", "bad disk"));
    await inTx(test.db, (tx) =>
      engine.start(tx, parent, {
        id,
        input: { id, children: 3 },
        title: "x",
        subject: { kind: "thing", id },
        userId: null,
      }),
    );
    await reaches(id, "failed");
    const children = await test.db
      .selectFrom("operation")
      .select(["id", "state"])
      .where("parent_id", "=", id)
      .orderBy("id")
      .execute();
    expect(children.map((c) => c.state)).toEqual(["undone", "failed", "undone"]);
    expect((await read(id)).error).toBe("part 1: bad disk");
    for (const child of children) expect(world.things.has(child.id)).toBe(false);
    // The parent's own step goes last: it was done first.
    const undone = world.calls.filter((c) => c.startsWith("undo") && c.includes(id));
    expect(undone.at(-1)).toBe(`undo one ${id}`);
  });

  it("cancels children with their parent", async () => {
    const id = await start(parent, { children: 3, hold: true });
    await until(
      async () => (world.calls.filter((c) => c.startsWith(`do child ${id}`)).length === 3 ? true : null),
      "children run",
    );
    await inTx(test.db, (tx) => engine.cancel(tx, id, "stop"));
    world.faults.set(`release ${id}`, []);
    await reaches(id, "cancelled");
    const children = await test.db.selectFrom("operation").select("state").where("parent_id", "=", id).execute();
    expect(children.map((c) => c.state)).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  it("parks with a failed child and starts it anew on retry", async () => {
    const id = randomUUID();
    fail(`child ${id}-0`, new AppError("unavailable", "bad disk"));
    await inTx(test.db, (tx) =>
      engine.start(tx, parent, {
        id,
        input: { id, children: 2, park: true },
        title: "x",
        subject: { kind: "thing", id },
        userId: null,
      }),
    );
    await reaches(id, "parked");
    await inTx(test.db, (tx) => engine.open(tx, id, "retry"));
    await reaches(id, "done");
  });

  it("refuses parallel steps outside of all", async () => {
    const id = await start(counts);
    await reaches(id, "failed");
    expect((await read(id)).error).toBe("internal error");
  });
});
