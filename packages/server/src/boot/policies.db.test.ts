import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { silentLog } from "../kernel/log.ts";
import { ADMINISTRATOR, addSite, USER } from "../pools/testing/estate.ts";
import { scriptFor } from "./boot-script.ts";
import { bootRoutes } from "./routes.ts";

let test: TestDb;
let server: HttpServer;
let url: string;
const machineId = randomUUID();
const mac = "52:54:00:88:00:01";

beforeAll(async () => {
  test = await createTestDb();
  const { db } = test;
  const site_id = await addSite(db);
  const nics = JSON.stringify([{ id: "nic-1", mac }]);
  await db
    .insertInto("machine")
    .values({ id: machineId, name: "blade-1", site_id, state: "available", model: "Blade 7", serial: "S-1", nics })
    .execute();
  await db.insertInto("machine_mac").values({ machine_id: machineId, mac }).execute();
  ({ url, server } = await serve({
    db,
    sets: [bootRoutes({ db })],
    authenticate: async (credentials) => (credentials.secret.startsWith("user") ? USER : ADMINISTRATOR),
  }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

const ask = (method: string, path: string, body?: unknown, as = "admin") =>
  call(url, method, path, { token: `${as}-token-of-20-chars`, ...(body === undefined ? {} : { body }) });
const apply = (name: string, body: object) => ask("PUT", `/v1/boot-policies/${name}`, body);
const explain = async () => (await ask("GET", "/v1/machines/blade-1/boot")).body;

/** The machine starts and asks what to boot. */
const boots = () =>
  scriptFor(
    { db: test.db, log: silentLog, pin: "sha256//abc=", strangers: { take: () => true } },
    { site: "lab", peer: "10.77.1.9", isTls: false, edge: "10.77.1.1" },
    new URLSearchParams({ mac, platform: "pcbios" }),
  );

describe("boot policies (CAP G2)", () => {
  it("decide what an idle machine boots, in their order, and are explained", async () => {
    expect(await explain()).toMatchObject({ chosen: "service-os/inspect", policy: null, policies: [] });
    expect(await boots()).toContain("/boot/os/vmlinuz");

    expect((await apply("all-wait", { action: "wait", position: 50 })).status).toBe(200);
    await apply("blades-to-disk", { action: "disk", model: "blade 7", position: 10 });
    await apply("others", { action: "inspect", mac: "00:11:22", position: 1 });
    expect(await explain()).toMatchObject({
      machine: "blade-1",
      chosen: "disk",
      policy: "blades-to-disk",
      reason: "policy blades-to-disk says so: disk",
      policies: [
        { name: "others", isMatch: false, why: "no card of it begins with 00:11:22" },
        { name: "blades-to-disk", isMatch: true },
        { name: "all-wait", isMatch: true },
      ],
    });
    expect(await boots()).not.toContain("/boot/os/vmlinuz");
    const listed = await ask("GET", "/v1/boot-policies");
    expect(listed.body.items.map((policy: { name: string }) => policy.name)).toEqual([
      "others",
      "blades-to-disk",
      "all-wait",
    ]);
  });

  it("keep what was booted and why, the newest first", async () => {
    await boots();
    const { items } = (await ask("GET", "/v1/machines/blade-1/boots")).body;
    expect(items).toMatchObject([
      { chosen: "disk", times: 2, mac, peer: "10.77.1.9", reason: "policy blades-to-disk says so: disk" },
      { chosen: "service-os/inspect", times: 1 },
    ]);
  });

  it("say nothing about a machine that has something to do", async () => {
    const id = randomUUID();
    await inTx(test.db, (tx) =>
      tx.insertInto("deployment").values({ id, machine_id: machineId, task: "wipe", on_done: "off" }).execute(),
    );
    expect(await explain()).toMatchObject({ chosen: "service-os/wipe", policy: null });
    await test.db.deleteFrom("deployment").where("id", "=", id).execute();
  });

  it("are changed by applying them again, and deleted, with their rows in the audit", async () => {
    await apply("blades-to-disk", { action: "wait", position: 10 });
    expect(await explain()).toMatchObject({ chosen: "wait", policy: "blades-to-disk" });
    for (const name of ["blades-to-disk", "all-wait", "others"])
      expect((await ask("DELETE", `/v1/boot-policies/${name}`)).status).toBe(200);
    expect((await ask("DELETE", "/v1/boot-policies/others")).status).toBe(404);
    expect(await explain()).toMatchObject({ chosen: "service-os/inspect", policies: [] });
    const rows = await test.db.selectFrom("audit").select("action").where("object_kind", "=", "boot-policy").execute();
    expect(rows.map((row) => row.action).toSorted()).toEqual([
      ...Array(4).fill("boot-policy.apply"),
      ...Array(3).fill("boot-policy.delete"),
    ]);
  });

  it.each([
    ["half a byte", { action: "wait", mac: "52:5" }],
    ["an unknown action", { action: "wipe" }],
    ["an unknown field", { action: "wait", image: "debian-12" }],
    ["no order at all", { action: "wait", position: 0 }],
  ])("are refused with %s", async (_case, body) => {
    expect((await apply("odd", body)).status).toBe(400);
  });

  it("are an administrator's", async () => {
    expect((await ask("GET", "/v1/boot-policies", undefined, "user")).status).toBe(403);
    expect((await ask("GET", "/v1/machines/blade-1/boots", undefined, "user")).status).toBe(403);
  });
});
