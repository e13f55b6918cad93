import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../kernel/workflow/testing/until.ts";
import { BMC_PASSWORD, estateFixture } from "./testing/estate-fixture.ts";

let estate: Awaited<ReturnType<typeof estateFixture>>;

beforeAll(async () => {
  estate = await estateFixture(40);
  await estate.asAdministrator("POST", "/v1/sites", { name: "lab", dial: { kind: "direct" } });
  await estate.asAdministrator("POST", "/v1/enclosures", { name: "rack", site: "lab", bays: 4 });
});
afterAll(() => estate.close());

const enrol = (n: number, overrides: object = {}, settings: object = {}) =>
  estate.asAdministrator("POST", "/v1/machines", estate.wish(n, overrides, settings));
const show = async (name: string) => (await estate.asAdministrator("GET", `/v1/machines/${name}`)).body;
const countMachines = async () => (await estate.db.selectFrom("machine").select("id").execute()).length;
const hardwareOf = (n: number) => {
  const found = estate.hardware[n - 1];
  if (found === undefined) throw new Error(`there is no blade ${n}`);
  return found;
};

describe("enrolling a machine", () => {
  it("asks the management controller what it is, and makes it available", async () => {
    const reply = await enrol(1, { enclosure: "rack", bay: 1 });
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    expect(reply.body).toMatchObject({
      name: "blade-1",
      site: "lab",
      enclosure: "rack",
      bay: 1,
      state: "available",
      cores: 4,
      memoryMiB: 8192,
      firmware: "bios",
      serial: "LAB0001",
      power: { observed: "off" },
      nics: [
        { id: "nic1", mac: "52:54:00:00:00:01" },
        { id: "nic2", mac: "52:54:01:00:00:01" },
      ],
      disks: [{ id: "disk1", sizeBytes: 10 * 1024 ** 3 }],
      hasCredentials: true,
    });
    expect(reply.headers.get("etag")).toBe(`"${reply.body.version}"`);
  });

  it("finds the system by itself where the controller has only one, and asks which where it has many", async () => {
    const reply = await enrol(2, { systemId: undefined });
    expect(reply.status).toBe(400);
    expect(reply.body.fields).toEqual([{ field: "systemId", message: expect.stringContaining("bay-1") }]);
  });

  it.each<[string, object, object, number, string]>([
    ["an unknown site", { site: "nowhere" }, {}, 400, "site"],
    ["an unknown enclosure", { enclosure: "no-rack", bay: 1 }, {}, 400, "enclosure"],
    ["a bay without an enclosure", { bay: 1 }, {}, 400, "enclosure"],
    ["an enclosure without a bay", { enclosure: "rack" }, {}, 400, "bay"],
    ["a bay beyond the last", { enclosure: "rack", bay: 5 }, {}, 400, "bay"],
    ["a filled bay", { enclosure: "rack", bay: 1 }, {}, 409, "bay"],
    ["an unknown provider", { provider: "carrier-pigeon" }, {}, 400, "provider"],
    ["a provider without machines", { provider: "memory", settings: { socket: "/x", host: "h" } }, {}, 400, "provider"],
    ["an unknown setting", {}, { colour: "red" }, 400, "settings"],
    ["an endpoint with a path", {}, { endpoint: "https://127.0.0.1/redfish" }, 400, "settings.endpoint"],
    ["a wrong password", {}, { password: "wrong" }, 400, "settings"],
    ["a system that is not there", { systemId: "bay-999" }, {}, 400, "systemId"],
    ["a name in capitals", { name: "Blade-2" }, {}, 400, "name"],
    ["a taken name", { name: "blade-1" }, {}, 409, "name"],
    ["a machine that is enrolled already", { name: "again", systemId: "bay-1" }, {}, 409, "systemId"],
    ["a field nobody knows", { colour: "red" }, {}, 400, "colour"],
  ])("refuses %s and writes nothing", async (_what, overrides, settings, status, field) => {
    const before = await countMachines();
    const reply = await enrol(2, overrides, settings);
    expect(reply.status, JSON.stringify(reply.body)).toBe(status);
    expect(reply.body.fields[0]?.field).toBe(field);
    expect(await countMachines()).toBe(before);
  });

  it("says that nobody answers, and writes nothing", async () => {
    const before = await countMachines();
    const reply = await enrol(2, {}, { endpoint: "https://127.0.0.1:1" });
    expect(reply.status).toBe(503);
    expect(reply.body.detail).toContain("can't be reached");
    expect(await countMachines()).toBe(before);
  });

  it("is done once for one idempotency key", async () => {
    const key = { "idempotency-key": "enrol-blade-3" };
    const once = await estate.asAdministrator("POST", "/v1/machines", estate.wish(3), key);
    const twice = await estate.asAdministrator("POST", "/v1/machines", estate.wish(3), key);
    expect([once.status, twice.status]).toEqual([201, 201]);
    expect(twice.body.id).toBe(once.body.id);
  });

  it("keeps the password out of answers, the records and the audit", async () => {
    await enrol(4);
    const dump = await estate.db.selectFrom("machine").selectAll().execute();
    const audit = await estate.db.selectFrom("audit").selectAll().execute();
    const shown = await show("blade-4");
    expect(JSON.stringify([dump, audit, shown])).not.toContain(BMC_PASSWORD);
    expect(shown.settings).toMatchObject({ endpoint: estate.redfish.url, username: "berth" });
    expect(shown.settings.password).toBeUndefined();
  });

  it("enrols many at once, each for itself", async () => {
    const items = [10, 11, 12, 13].map((n) => estate.wish(n));
    items.push(estate.wish(14, { site: "nowhere" }), estate.wish(10, { name: "double" }));
    const reply = await estate.asAdministrator("POST", "/v1/machines/bulk", { items });
    expect(reply.status).toBe(200);
    const failed = reply.body.items.filter((item: { error: unknown }) => item.error !== null);
    expect(failed.map((item: { error: { code: string } }) => item.error.code)).toEqual(["invalid_request", "conflict"]);
    expect((await show("blade-13")).state).toBe("available");
  });
});

describe("lists of machines", () => {
  it("filter, search, sort and page", async () => {
    const list = async (query: string) => (await estate.asAdministrator("GET", `/v1/machines?${query}`)).body;
    const names = (page: { items: { name: string }[] }) => page.items.map(({ name }) => name);
    expect(names(await list("enclosure=rack"))).toEqual(["blade-1"]);
    expect(names(await list("search=blade-1&sort=-name&limit=2"))).toEqual(["blade-13", "blade-12"]);
    const first = await list("limit=3&state=available");
    const second = await list(`limit=3&state=available&cursor=${first.next}`);
    expect(new Set([...names(first), ...names(second)]).size).toBe(6);
    expect(names(await list("state=failed"))).toEqual([]);
  });
});

describe("changing a machine", () => {
  const patch = async (name: string, body: object, version?: number) => {
    const { id, version: seen } = await show(name);
    return estate.asAdministrator("PATCH", `/v1/machines/${id}`, body, { "if-match": `"${version ?? seen}"` });
  };

  it("moves it to another bay, and refuses who has seen an older one", async () => {
    const { version } = await show("blade-3");
    expect((await patch("blade-3", { enclosure: "rack", bay: 2 })).body).toMatchObject({ enclosure: "rack", bay: 2 });
    expect((await patch("blade-3", { bay: 3 }, version)).status).toBe(412);
    expect((await patch("blade-3", { bay: 1 })).status).toBe(409);
    expect((await patch("blade-3", { enclosure: null })).body).toMatchObject({ enclosure: null, bay: null });
  });

  it("wants the credentials again with another address, as they are bound to it", async () => {
    const { settings } = await show("blade-4");
    const moved = await patch("blade-4", { settings: { ...settings, endpoint: "https://127.0.0.1:2" } });
    expect(moved.status).toBe(400);
    expect(moved.body.fields).toEqual([{ field: "settings.password", message: expect.any(String) }]);
    const same = await patch("blade-4", { settings });
    expect(same.status, JSON.stringify(same.body)).toBe(200);
    expect((await estate.asAdministrator("POST", "/v1/machines/blade-4/inspect", {})).status).toBe(200);
  });

  it("does not open credentials that were put beside another address in the database", async () => {
    const { id, settings } = await show("blade-12");
    const elsewhere = JSON.stringify({ ...settings, endpoint: "https://127.0.0.1:3" });
    await estate.db.updateTable("machine").set({ settings: elsewhere }).where("id", "=", id).execute();
    await expect(estate.providers.forMachine(id)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("watching over a machine", () => {
  it("switches its power as an operation, and reads it back", async () => {
    const reply = await estate.asAdministrator("POST", "/v1/machines/blade-1/power", { action: "on" });
    expect(reply.status).toBe(202);
    await until(
      async () => ((await show("blade-1")).power.observed === "on" ? true : null),
      "blade-1 is seen to be on",
    );
    expect(hardwareOf(1).power()).toBe("on");
  });

  it("leaves one that serves alone unless its server is named", async () => {
    await estate.db.updateTable("machine").set({ state: "cleaning" }).where("name", "=", "blade-10").execute();
    const busy = await estate.asAdministrator("POST", "/v1/machines/blade-10/power", { action: "off" });
    expect(busy.status).toBe(409);
    await estate.db.updateTable("machine").set({ state: "available" }).where("name", "=", "blade-10").execute();
    const wrong = await estate.asAdministrator("POST", "/v1/machines/blade-10/power", {
      action: "off",
      server: "shop-db-1",
    });
    expect(wrong.status).toBe(409);
    expect(wrong.body.fields[0].field).toBe("server");
  });

  it("keeps one in maintenance from being used, with the reason, until that is over", async () => {
    const on = await estate.asAdministrator("POST", "/v1/machines/blade-1/maintenance", {
      state: "on",
      reason: "new fan",
    });
    expect(on.body).toMatchObject({ maintenance: true, maintenanceReason: "new fan" });
    expect(on.body.allowed).toContain("maintenance-off");
    const off = await estate.asAdministrator("POST", "/v1/machines/blade-1/maintenance", { state: "off" });
    expect(off.body).toMatchObject({ maintenance: false, maintenanceReason: null });
  });

  it("sees after an inspection what has changed", async () => {
    await hardwareOf(11).setIdentity({ uuid: null, serial: "SWAPPED" });
    const reply = await estate.asAdministrator("POST", "/v1/machines/blade-11/inspect", {});
    expect(reply.body).toMatchObject({ serial: "SWAPPED", state: "available" });
  });

  it("retires and deletes what nobody holds", async () => {
    expect((await estate.asAdministrator("POST", "/v1/machines/blade-11/retire", {})).body.state).toBe("retired");
    expect((await estate.asAdministrator("DELETE", "/v1/machines/blade-11")).status).toBe(204);
    expect((await estate.asAdministrator("GET", "/v1/machines/blade-11")).status).toBe(404);
    const again = await enrol(11);
    expect(again.status, JSON.stringify(again.body)).toBe(201);
  });

  it("is for administrators", async () => {
    const reply = await fetch(`${estate.url}/v1/machines`, {
      headers: { authorization: "Bearer user-0123456789-0123456789" },
    });
    expect(reply.status).toBe(403);
  });
});

describe("sites and enclosures", () => {
  it("are not deleted while anything stands there", async () => {
    expect((await estate.asAdministrator("DELETE", "/v1/sites/lab")).status).toBe(409);
    expect((await estate.asAdministrator("DELETE", "/v1/enclosures/rack")).status).toBe(409);
    await estate.asAdministrator("POST", "/v1/sites", { name: "empty" });
    expect((await estate.asAdministrator("DELETE", "/v1/sites/empty")).status).toBe(204);
  });

  it("have names of their own", async () => {
    expect((await estate.asAdministrator("POST", "/v1/sites", { name: "lab" })).status).toBe(409);
    expect(
      (await estate.asAdministrator("POST", "/v1/enclosures", { name: "rack", site: "lab", bays: 1 })).status,
    ).toBe(409);
  });

  it("show what stands in their bays", async () => {
    const rack = (await estate.asAdministrator("GET", "/v1/enclosures/rack")).body;
    expect(rack).toMatchObject({ bays: 4, filled: 1, machines: [{ bay: 1, name: "blade-1", state: "available" }] });
  });

  it("change the way they are reached", async () => {
    const site = (await estate.asAdministrator("POST", "/v1/sites", { name: "far" })).body;
    const dial = { kind: "edge", socket: "/run/berth/edge.sock", interfaces: { lan: "br-lan" } };
    const reply = await estate.asAdministrator(
      "PATCH",
      `/v1/sites/${site.id}`,
      { dial },
      { "if-match": `"${site.version}"` },
    );
    expect(reply.body).toMatchObject({ dial, version: site.version + 1 });
    const late = await estate.asAdministrator(
      "PATCH",
      `/v1/sites/${site.id}`,
      { dial },
      { "if-match": `"${site.version}"` },
    );
    expect(late.status).toBe(412);
  });
});
