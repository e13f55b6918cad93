import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observeHost } from "./host-observe.ts";
import { estateFixture } from "./testing/estate-fixture.ts";
import { memoryHost } from "./testing/memory-host.ts";

let estate: Awaited<ReturnType<typeof estateFixture>>;
let lab: Awaited<ReturnType<typeof memoryHost>>;

beforeAll(async () => {
  estate = await estateFixture(1);
  lab = await memoryHost();
  await estate.asAdministrator("POST", "/v1/sites", { name: "lab" });
  const site = await estate.db.selectFrom("site").select("id").executeTakeFirstOrThrow();
  await estate.db
    .insertInto("network")
    .values({ id: crypto.randomUUID(), name: "lan", site_id: site.id, cidr: "10.77.1.0/24" })
    .execute();
});
afterAll(async () => {
  await estate.close();
  await lab.close();
});

const wish = (overrides: object = {}) => ({
  name: "host-1",
  site: "lab",
  provider: "memory",
  settings: { socket: lab.socket, host: "sim1" },
  storagePool: "berth",
  bridges: { lan: "br-lan" },
  ...overrides,
});
const enrol = (overrides: object = {}) => estate.asAdministrator("POST", "/v1/hosts", wish(overrides));
const show = async (name = "host-1") => (await estate.asAdministrator("GET", `/v1/hosts/${name}`)).body;

describe("enrolling a host", () => {
  it("asks the hypervisor what it has, and makes it available", async () => {
    const reply = await enrol();
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    expect(reply.body).toMatchObject({
      state: "available",
      cores: 16,
      memoryMiB: 65_536,
      storageGiB: 64,
      bridges: { lan: "br-lan" },
      hasCredentials: false,
    });
  });

  it.each<[string, object, number, string]>([
    ["an unknown site", { site: "nowhere" }, 400, "site"],
    ["a network that the site has not", { bridges: { wan: "br-wan" } }, 400, "bridges"],
    ["a bridge with a space in its name", { bridges: { lan: "br lan" } }, 400, "bridges.lan"],
    ["a storage pool that the host has not", { storagePool: "elsewhere" }, 400, "storagePool"],
    ["a socket that is no path", { settings: { socket: "x", host: "sim1" } }, 400, "settings.socket"],
    ["a provider without VMs", { provider: "redfish", settings: {} }, 400, "settings.endpoint"],
    ["a taken name", { name: "host-1" }, 409, "name"],
  ])("refuses %s and writes nothing", async (_what, overrides, status, field) => {
    const reply = await enrol({ name: "host-2", ...overrides });
    expect(reply.status, JSON.stringify(reply.body)).toBe(status);
    expect(reply.body.fields[0]?.field).toBe(field);
    expect((await estate.db.selectFrom("host").select("id").execute()).length).toBe(1);
  });

  it("says that nobody answers, and writes nothing", async () => {
    const reply = await enrol({ name: "host-2", settings: { socket: "/nowhere.sock", host: "sim1" } });
    expect(reply.status).toBe(503);
    expect((await estate.db.selectFrom("host").select("id").execute()).length).toBe(1);
  });
});

describe("watching over a host", () => {
  it("writes down that it does not answer, and that it does again", async () => {
    const { id, settings } = await show();
    const away = JSON.stringify({ ...settings, socket: "/nowhere.sock" });
    await estate.db.updateTable("host").set({ settings: away }).where("id", "=", id).execute();
    expect((await estate.asAdministrator("POST", "/v1/hosts/host-1/refresh", {})).status).toBe(503);
    expect(await show()).toMatchObject({ state: "unreachable", stateReason: "its hypervisor does not answer" });
    await estate.db
      .updateTable("host")
      .set({ settings: JSON.stringify(settings) })
      .where("id", "=", id)
      .execute();
    const back = await estate.asAdministrator("POST", "/v1/hosts/host-1/refresh", {});
    expect(back.body).toMatchObject({ state: "available", stateReason: null });
  });

  it("takes no silence for news that is older than its latest answer", async () => {
    const { id } = await show();
    // A look that began while the host had another address, and ends only now.
    const lookedAt = new Date(Date.now() - 60_000);
    expect(await observeHost(estate.db, id, null, lookedAt)).toEqual({ state: "available", reason: null });
    expect(await observeHost(estate.db, id, null)).toMatchObject({ state: "unreachable" });
    expect((await estate.asAdministrator("POST", "/v1/hosts/host-1/refresh", {})).status).toBe(200);
  });

  it("keeps new servers off one in maintenance", async () => {
    const on = await estate.asAdministrator("POST", "/v1/hosts/host-1/maintenance", { state: "on", reason: "memory" });
    expect(on.body).toMatchObject({ maintenance: true, maintenanceReason: "memory" });
    const off = await estate.asAdministrator("POST", "/v1/hosts/host-1/maintenance", { state: "off" });
    expect(off.body.maintenance).toBe(false);
  });

  it("changes with the version that was seen, and checks what it names", async () => {
    const { id, version } = await show();
    const patch = (body: object, seen: number) =>
      estate.asAdministrator("PATCH", `/v1/hosts/${id}`, body, { "if-match": `"${seen}"` });
    expect((await patch({ bridges: { wan: "br-wan" } }, version)).status).toBe(400);
    expect((await patch({ bridges: {} }, version)).body).toMatchObject({ bridges: {}, version: version + 1 });
    expect((await patch({ bridges: {} }, version)).status).toBe(412);
  });

  it("lists by name, state and site", async () => {
    const list = await estate.asAdministrator("GET", "/v1/hosts?state=available&site=lab&search=host");
    expect(list.body.items.map(({ name }: { name: string }) => name)).toEqual(["host-1"]);
    expect((await estate.asAdministrator("GET", "/v1/hosts?state=failed")).body.items).toEqual([]);
  });

  it("is forgotten when nothing is promised on it", async () => {
    expect((await estate.asAdministrator("DELETE", "/v1/hosts/host-1")).status).toBe(204);
    expect((await estate.asAdministrator("GET", "/v1/hosts/host-1")).status).toBe(404);
    expect((await enrol()).status).toBe(201);
  });
});
