import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { topologyOf } from "./topology.ts";

let test: TestDb;
const ids = { site: crypto.randomUUID(), other: crypto.randomUUID(), rack: crypto.randomUUID() };

beforeAll(async () => {
  test = await createTestDb();
  const { db } = test;
  const sites = [
    { id: ids.site, name: "lab", dial: JSON.stringify({ kind: "direct" }) },
    { id: ids.other, name: "other", dial: JSON.stringify({ kind: "direct" }) },
  ];
  await db.insertInto("site").values(sites).execute();
  await db.insertInto("enclosure").values({ id: ids.rack, name: "rack", site_id: ids.site, bays: 8 }).execute();
  const machine = { site_id: ids.site, state: "available", health: "ok" };
  const machines = [
    { ...machine, id: crypto.randomUUID(), name: "m-1", enclosure_id: ids.rack, bay: 1 },
    { ...machine, id: crypto.randomUUID(), name: "m-2", enclosure_id: ids.rack, bay: 2 },
    { ...machine, id: crypto.randomUUID(), name: "m-3", enclosure_id: ids.rack, bay: 3, health: "critical" },
    { ...machine, id: crypto.randomUUID(), name: "m-4", state: "retired", enclosure_id: ids.rack, bay: 4 },
    { ...machine, id: crypto.randomUUID(), name: "alone" },
    { ...machine, id: crypto.randomUUID(), name: "elsewhere", site_id: ids.other },
  ];
  for (const row of machines) await db.insertInto("machine").values(row).execute();
  const host = { provider: "libvirt", settings: "{}", state: "unreachable", storage_pool: "berth", storage_gib: 100 };
  const id = crypto.randomUUID();
  await db
    .insertInto("host")
    .values({ ...host, id, name: "host-1", site_id: ids.site })
    .execute();
  const network = { id: crypto.randomUUID(), name: "lan", site_id: ids.site, cidr: "10.77.1.0/24" };
  await db.insertInto("network").values(network).execute();
});
afterAll(() => test.drop());

it("tells each site's places with sums of what is in them, and nothing of another site (CAP D3)", async () => {
  const { sites } = await topologyOf(test.db, undefined);
  expect(sites.map(({ name }) => name)).toEqual(["lab", "other"]);
  const [lab, other] = sites;
  expect(lab?.places.map(({ kind, name }) => [kind, name])).toEqual([
    ["enclosure", "rack"],
    ["host", "host-1"],
    ["alone", "machines that stand alone"],
  ]);
  const [rack, host] = lab?.places ?? [];
  expect(rack?.machines).toHaveLength(2);
  expect(rack?.machines).toContainEqual({ state: "available", health: "ok", maintenance: false, count: 2 });
  expect(rack?.machines).toContainEqual({ state: "available", health: "critical", maintenance: false, count: 1 });
  expect(host).toMatchObject({
    host: { state: "unreachable" },
    storage: { pool: "berth", totalGiB: 100, promisedGiB: 0 },
  });
  expect(lab?.networks.map(({ name, cidr }) => [name, cidr])).toEqual([["lan", "10.77.1.0/24"]]);
  expect(lab?.complete).toBe(true);
  expect(other?.places).toMatchObject([{ kind: "alone", machines: [{ count: 1 }] }]);
});

it("tells one site where one is asked for", async () => {
  expect((await topologyOf(test.db, "other")).sites.map(({ name }) => name)).toEqual(["other"]);
  expect((await topologyOf(test.db, "nowhere")).sites).toEqual([]);
});
