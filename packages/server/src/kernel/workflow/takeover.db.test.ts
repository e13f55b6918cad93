import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inTx } from "../db/db.ts";
import { createTestDb, type TestDb } from "../db/test-db.ts";
import { enqueueRun } from "./dbos.ts";
import { LEASE_TIMES } from "./lease.ts";
import { createSteering } from "./steering.ts";
import { type Fate, fateFile, type Orders } from "./testing/orders.ts";
import { OUTSIDE_TABLE, type Outside, openOutside, ruin } from "./testing/outside.ts";
import { until } from "./testing/until.ts";

const MAIN = fileURLToPath(new URL("./testing/controller-main.ts", import.meta.url));
/** Short, so that many may die in a minute; long enough for a controller on a busy computer to keep it. */
const SHORT_LEASE = { heartbeatMs: 400, leaseMs: 2_500 };

describe("two controllers", { timeout: 180_000 }, () => {
  let test: TestDb;
  let outside: Outside;
  let children: { readonly child: ChildProcess; readonly name: string }[];
  let born = 0;

  beforeEach(async () => {
    test = await createTestDb({ blocks: ["00"] });
    await OUTSIDE_TABLE.execute(test.db);
    outside = openOutside(await mkdtemp(join(tmpdir(), "berth-takeover-")));
    children = [];
  }, 60_000);

  afterEach(async () => {
    for (const { child } of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    await test.drop();
    await rm(outside.directory, { recursive: true });
  }, 60_000);

  const startController = async (fates: readonly Fate[], leaseTimes = SHORT_LEASE): Promise<ChildProcess> => {
    born += 1;
    const name = `c${born}`;
    const orders: Orders = { databaseUrl: test.url, directory: outside.directory, name, leaseTimes, fates: [...fates] };
    const child = spawn(process.execPath, [MAIN, JSON.stringify(orders)], { stdio: ["ignore", "pipe", "inherit"] });
    children.push({ child, name });
    await Promise.race([once(child.stdout ?? child, "data"), once(child, "exit")]);
    return child;
  };
  const startRuin = (id: string, fails: boolean) =>
    inTx(test.db, (tx) =>
      createSteering(enqueueRun).start(tx, ruin, {
        id,
        input: { thing: id, fails },
        title: id,
        subject: { kind: "thing", id },
        userId: null,
      }),
    );
  const stateOf = async (id: string) =>
    (await test.db.selectFrom("operation").select("state").where("id", "=", id).executeTakeFirstOrThrow()).state;
  const ends = (id: string) =>
    until(async () => {
      const state = await stateOf(id);
      return ["done", "failed", "stuck", "parked"].includes(state) ? state : null;
    }, `${id} ends`);
  const rows = async () =>
    (
      await sql<{ row: string }>`select thing || '=' || times as row from ruin_row order by thing`.execute(test.db)
    ).rows.map((r) => r.row);
  const whole = (id: string) => [id, `${id}-a`, `${id}-b`].map((thing) => `${thing}=1`);

  it("end what a killed one was doing, wherever it was killed, and double nothing", async () => {
    const at = (operationId: string, name: string, point: Fate["point"], direction: Fate["direction"]): Fate => ({
      kind: "kill",
      operationId,
      step: name,
      point,
      direction,
    });
    const cases: readonly { readonly id: string; readonly fails: boolean; readonly fate: Fate }[] = [
      { id: "k1", fails: false, fate: at("k1", "make", "before", "forward") },
      { id: "k2", fails: false, fate: at("k2", "make", "after-effect", "forward") },
      { id: "k3", fails: false, fate: at("k3", "enter", "after-effect", "forward") },
      { id: "k4", fails: false, fate: at("k4-a", "make", "after-effect", "forward") },
      { id: "k5", fails: false, fate: at("k5", "check", "after-record", "forward") },
      { id: "k6", fails: true, fate: at("k6", "make", "before", "backward") },
      { id: "k7", fails: true, fate: at("k7", "make", "after-effect", "backward") },
      { id: "k8", fails: true, fate: at("k8-b", "enter", "after-effect", "backward") },
    ];
    const fates = cases.map((one) => one.fate);
    let stopped = false;
    // Two live at any time, as long as there are fates to meet.
    const keepTwo = async () => {
      for (;;) {
        const alive = children.filter(({ child }) => child.exitCode === null && child.signalCode === null);
        if (stopped) return;
        if (alive.length < 2) await startController(fates);
        else await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const keeping = keepTwo();
    try {
      for (const { id, fails } of cases) await startRuin(id, fails);
      for (const { id, fails } of cases) expect(`${id} ${await ends(id)}`).toBe(`${id} ${fails ? "failed" : "done"}`);
    } finally {
      stopped = true;
      await keeping;
    }
    // Each kill landed where it was to land, and was one.
    const pids = fates.map((fate) => Number(readFileSync(join(outside.directory, fateFile(fate)), "utf8")));
    for (const pid of pids) expect(children.find(({ child }) => child.pid === pid)?.child.signalCode).toBe("SIGKILL");
    const done = cases.filter((one) => !one.fails).flatMap((one) => whole(one.id));
    expect(outside.things()).toEqual(done);
    expect(await rows()).toEqual(done);
    expect(outside.violations()).toEqual([]);
  });

  it("leave a dead one's work to the other within 15 seconds", async () => {
    expect(LEASE_TIMES.leaseMs + LEASE_TIMES.heartbeatMs).toBeLessThan(12_000);
    const fate: Fate = { kind: "kill", operationId: "t1", step: "make", point: "after-effect", direction: "forward" };
    const both = await Promise.all([startController([fate], LEASE_TIMES), startController([fate], LEASE_TIMES)]);
    await startRuin("t1", false);
    await Promise.race(both.map((child) => once(child, "exit")));
    const killedAt = performance.now();
    expect(await ends("t1")).toBe("done");
    const seconds = (performance.now() - killedAt) / 1000;
    expect(seconds).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(15);
    expect(outside.things()).toEqual(whole("t1"));
    expect(await rows()).toEqual(whole("t1"));
  });

  it("keep one that was stopped past its lease from doing or writing anything once it wakes", async () => {
    const fate: Fate = { kind: "halt", operationId: "h1", step: "make", point: "before", direction: "forward" };
    await Promise.all([startController([fate]), startController([fate])]);
    await startRuin("h1", false);
    expect(await ends("h1")).toBe("done");
    expect(existsSync(join(outside.directory, fateFile(fate)))).toBe(true);
    const pid = Number(readFileSync(join(outside.directory, fateFile(fate)), "utf8"));
    const halted = children.find(({ child }) => child.pid === pid)?.child;
    expect(halted).toBeDefined();
    if (halted === undefined) return;
    const journal = () =>
      test.db.selectFrom("operation_step").selectAll().orderBy("operation_id").orderBy("position").execute();
    const before = { journal: await journal(), calls: outside.calls() };
    const left = once(halted, "exit");
    process.kill(pid, "SIGCONT");
    // It sees that it is dead, and exits by itself.
    expect(await left).toEqual([3, null]);
    expect(outside.calls()).toEqual(before.calls);
    expect(await journal()).toEqual(before.journal);
    expect(outside.calls().filter((call) => call.startsWith(`${pid} `))).toEqual([]);
  });
});
