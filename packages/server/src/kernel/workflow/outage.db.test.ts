import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import pg from "pg";
import { expect, it } from "vitest";
import { inTx } from "../db/db.ts";
import { createTestDb } from "../db/test-db.ts";
import { silentLog } from "../log.ts";
import { createEngine } from "./engine.ts";
import { OUTSIDE_TABLE, openOutside, ruin, ruinPart } from "./testing/outside.ts";
import { until } from "./testing/until.ts";

const ROUNDS = 8;
const EVERY_MS = 250;

it("ends what it was doing although every connection is cut, again and again", { timeout: 120_000 }, async () => {
  const test = await createTestDb({ blocks: ["00"] });
  const { db } = test;
  await OUTSIDE_TABLE.execute(db);
  const outside = openOutside(await mkdtemp(join(tmpdir(), "berth-outage-")));
  const engine = createEngine({ db, databaseUrl: test.url, controllerId: "o", log: silentLog });
  engine.register(ruin, { directory: outside.directory });
  engine.register(ruinPart, { directory: outside.directory });
  await engine.launch();

  const ids = Array.from({ length: 12 }, (_, i) => `o${i}`);
  await inTx(db, async (tx) => {
    for (const id of ids) {
      const fails = Number(id.slice(1)) % 3 === 0;
      await engine.start(tx, ruin, {
        id,
        input: { thing: id, fails },
        title: id,
        subject: { kind: "thing", id },
        userId: null,
      });
    }
  });
  const cut = async (): Promise<number> => {
    const client = new pg.Client({ connectionString: test.url });
    await client.connect();
    const killed = await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await client.end();
    return killed.rowCount ?? 0;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    expect(await cut()).toBeGreaterThan(0);
    await sleep(EVERY_MS);
  }

  const states = async () => {
    const rows = await db.selectFrom("operation").select(["id", "state"]).where("id", "in", ids).execute();
    return rows.map((row) => `${row.id} ${row.state}`).sort();
  };
  const wanted = ids.map((id) => `${id} ${Number(id.slice(1)) % 3 === 0 ? "failed" : "done"}`).sort();
  await until(
    async () => (JSON.stringify(await states()) === JSON.stringify(wanted) ? true : null),
    "all have ended as they should",
    async () => JSON.stringify(await states()),
  );
  const things = ids
    .filter((id) => Number(id.slice(1)) % 3 !== 0)
    .flatMap((id) => [id, `${id}-a`, `${id}-b`].map((thing) => `${thing}=1`))
    .sort();
  expect(outside.things().sort()).toEqual(things);
  const rows = await sql<{ row: string }>`select thing || '=' || times as row from ruin_row`.execute(db);
  expect(rows.rows.map((r) => r.row).sort()).toEqual(things);

  await engine.stop();
  await test.drop();
  await rm(outside.directory, { recursive: true });
});
