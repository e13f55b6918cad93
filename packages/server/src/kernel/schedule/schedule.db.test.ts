import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../db/test-db.ts";
import { silentLog } from "../log.ts";
import { type Reconciler, runIfDue, startReconcilers } from "./reconcile.ts";
import { retentionSync } from "./retention.ts";

let test: TestDb;
beforeAll(async () => {
  test = await createTestDb({ blocks: ["00"] });
});
afterAll(() => test.drop());

const signal = new AbortController().signal;
const options = (controllerId: string) => ({ db: test.db, controllerId, log: silentLog });
const report = (name: string) =>
  test.db.selectFrom("reconciler_report").selectAll().where("name", "=", name).executeTakeFirstOrThrow();

it("runs a pass on one controller only, and again when its time has come", async () => {
  let passes = 0;
  const reconciler: Reconciler = {
    name: "one-sync",
    everyMs: 3_600_000,
    pass: async () => {
      passes += 1;
      return { checked: 5, changed: 2, failed: 1 };
    },
  };
  const ran = await Promise.all(["a", "b", "c", "d"].map((id) => runIfDue(options(id), reconciler, signal)));
  expect(ran.filter(Boolean)).toHaveLength(1);
  expect(passes).toBe(1);
  expect(await report("one-sync")).toMatchObject({ checked: 5, changed: 2, failed: 1, error: null });
  await sql`update reconciler_report set started_at = now() - interval '2 hours' where name = 'one-sync'`.execute(
    test.db,
  );
  expect(await runIfDue(options("e"), reconciler, signal)).toBe(true);
  expect(await report("one-sync")).toMatchObject({ controller_id: "e" });
});

it("keeps going after a pass that failed, shows it, and tells nothing of why", async () => {
  const failing: Reconciler = {
    name: "bad-sync",
    everyMs: 0,
    pass: () => Promise.reject(new Error("password=hunter2")),
  };
  expect(await runIfDue(options("a"), failing, signal)).toBe(true);
  expect((await report("bad-sync")).error).toContain("broken off");
  expect(JSON.stringify(await report("bad-sync"))).not.toContain("hunter2");
});

it("stops a pass by its signal", async () => {
  const begun = Promise.withResolvers<void>();
  const endless: Reconciler = {
    name: "long-sync",
    everyMs: 0,
    pass: (stop) =>
      new Promise((resolve) => {
        begun.resolve();
        stop.addEventListener("abort", () => resolve({ checked: 0, changed: 0, failed: 0 }));
      }),
  };
  const running = startReconcilers({ ...options("a"), reconcilers: [endless] });
  await begun.promise;
  await running.stop();
});

it("drops what is old and over, and nothing else", async () => {
  const operation = (id: string, root: string, state: string, endedDaysAgo: number | null) =>
    sql`
    insert into operation (id, parent_id, root_id, workflow, title, subject_kind, subject_id, input, state, ended_at)
    values (${id}, ${id === root ? null : root}, ${root}, 'w', 't', 'thing', 'x', '{}', ${state},
      ${endedDaysAgo === null ? null : sql`now() - ${`${endedDaysAgo} days`}::interval`})`.execute(test.db);
  await operation("old", "old", "done", 200);
  await operation("old-part", "old", "done", 200);
  await operation("alive", "alive", "waiting", null);
  // A part that ended long ago, of something that still lives.
  await operation("alive-part", "alive", "done", 200);
  await operation("young", "young", "failed", 10);
  await sql`insert into operation_step (operation_id, position, name, kind, state, input) values ('old-part', 1, 's', 'db', 'done', '{}')`.execute(
    test.db,
  );
  await sql`insert into event (subject_kind, subject_id, kind, at) values ('thing', 'x', 'old', now() - interval '40 days')`.execute(
    test.db,
  );
  await sql`insert into event (subject_kind, subject_id, kind) values ('thing', 'x', 'young')`.execute(test.db);

  const seen = await retentionSync(test.db).pass(signal);
  expect(seen.changed).toBeGreaterThanOrEqual(3);
  const ids = await test.db.selectFrom("operation").select("id").orderBy("id").execute();
  expect(ids.map((row) => row.id)).toEqual(["alive", "alive-part", "young"]);
  const kinds = await test.db
    .selectFrom("event")
    .select("kind")
    .where("subject_id", "=", "x")
    .where("subject_kind", "=", "thing")
    .execute();
  expect(kinds.map((row) => row.kind)).toEqual(["young"]);
});
