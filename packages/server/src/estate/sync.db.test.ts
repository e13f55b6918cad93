import { afterAll, beforeAll, expect, it } from "vitest";
import { silentLog } from "../kernel/log.ts";
import { hostSync } from "./host-sync.ts";
import { machineSync } from "./machine-sync.ts";
import { estateFixture } from "./testing/estate-fixture.ts";
import { memoryHost } from "./testing/memory-host.ts";

let estate: Awaited<ReturnType<typeof estateFixture>>;
let lab: Awaited<ReturnType<typeof memoryHost>>;

beforeAll(async () => {
  estate = await estateFixture(3);
  lab = await memoryHost();
  await estate.asAdministrator("POST", "/v1/sites", { name: "lab" });
  const items = [1, 2, 3].map((n) => estate.wish(n));
  await estate.asAdministrator("POST", "/v1/machines/bulk", { items });
  await estate.asAdministrator("POST", "/v1/hosts", {
    name: "host-1",
    site: "lab",
    provider: "memory",
    settings: { socket: lab.socket, host: "sim1" },
    storagePool: "berth",
  });
});
afterAll(async () => {
  await estate.close();
  await lab.close();
});

const pass = (which: typeof machineSync) =>
  which({ db: estate.db, providers: estate.providers, log: silentLog }).pass(AbortSignal.timeout(60_000));

it("sees what power machines have, and passes over one whose controller fails", async () => {
  await estate.hardware[0]?.turnOn();
  const other = JSON.stringify({ endpoint: "https://127.0.0.1:1", username: "berth", password: "x" });
  await estate.db
    .updateTable("machine")
    .set({ settings: other, secrets_sealed: null })
    .where("name", "=", "blade-3")
    .execute();
  expect(await pass(machineSync)).toEqual({ checked: 3, changed: 2, failed: 1 });
  const rows = await estate.db.selectFrom("machine").select(["name", "power_observed"]).orderBy("name").execute();
  expect(rows.map((row) => row.power_observed)).toEqual(["on", "off", "unknown"]);
  expect(await pass(machineSync)).toMatchObject({ changed: 0 });
});

it("sees a host go and come back", async () => {
  expect(await pass(hostSync)).toEqual({ checked: 1, changed: 0, failed: 0 });
  const { settings } = await estate.db.selectFrom("host").select("settings").executeTakeFirstOrThrow();
  const point = (to: object) =>
    estate.db
      .updateTable("host")
      .set({ settings: JSON.stringify(to) })
      .execute();
  await point({ socket: "/nowhere.sock", host: "sim1" });
  expect(await pass(hostSync)).toEqual({ checked: 1, changed: 1, failed: 1 });
  await point(settings as object);
  expect(await pass(hostSync)).toEqual({ checked: 1, changed: 1, failed: 0 });
});
