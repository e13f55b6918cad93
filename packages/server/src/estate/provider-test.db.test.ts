import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestLibvirtd, type TestLibvirtd, whyNoLibvirtd } from "../providers/libvirt/test-libvirtd.ts";
import { BMC_PASSWORD, estateFixture } from "./testing/estate-fixture.ts";
import { memoryHost } from "./testing/memory-host.ts";

/** "Test connection" against the lab's Redfish service, a simulated host, and a real libvirtd with its test driver. */

interface Result {
  readonly role: string;
  readonly state: string;
  readonly says: string;
}

let estate: Awaited<ReturnType<typeof estateFixture>>;
let lab: Awaited<ReturnType<typeof memoryHost>>;
const why = whyNoLibvirtd();

beforeAll(async () => {
  estate = await estateFixture(2);
  lab = await memoryHost();
  await estate.asAdministrator("POST", "/v1/sites", { name: "lab" });
});
afterAll(async () => {
  await estate.close();
  await lab.close();
});

const test = (body: object) => estate.asAdministrator("POST", "/v1/providers/test", body);
const testBmc = (overrides: object = {}, settings: object = {}) => {
  const { provider, site, settings: known, systemId } = estate.wish(1);
  return test({ provider, site, systemId, settings: { ...known, ...settings }, ...overrides });
};
const testSim = (overrides: object = {}) =>
  test({ provider: "memory", site: "lab", settings: { socket: lab.socket, host: "sim1" }, ...overrides });
const stateOf = (roles: readonly Result[], role: string) => roles.find((result) => result.role === role)?.state;

describe("the kinds of providers", () => {
  it("are listed with their settings, secrets marked", async () => {
    const { body } = await estate.asAdministrator("GET", "/v1/providers");
    const types = Object.fromEntries(body.items.map((item: { type: string }) => [item.type, item]));
    expect(types.redfish).toMatchObject({
      manages: "machines",
      settings: {
        required: ["endpoint", "username", "password"],
        properties: { password: { type: "string", writeOnly: true }, endpoint: { description: expect.any(String) } },
      },
    });
    expect(types.redfish.settings.properties.username.writeOnly).toBeUndefined();
    expect(types.libvirt).toMatchObject({ manages: "hosts" });
  });
});

describe("testing a management controller", () => {
  it("says role by role what works, and writes nothing down but that it was tried", async () => {
    const { status, body } = await testBmc();
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ works: true, choices: ["bay-1", "bay-2"] });
    expect(stateOf(body.roles, "inventory")).toBe("works");
    expect(stateOf(body.roles, "power")).toBe("works");
    expect(stateOf(body.roles, "vms")).toBe("absent");
    expect(body.roles.find(({ role }: Result) => role === "inventory").says).toContain("Lab blade: 4 cores, 8 GiB");
    expect(await estate.db.selectFrom("machine").select("id").execute()).toEqual([]);
    const audit = await estate.db.selectFrom("audit").selectAll().where("action", "=", "provider.test").execute();
    expect(audit[0]).toMatchObject({ outcome: "done", object_id: "redfish" });
    expect(JSON.stringify([audit, body])).not.toContain(BMC_PASSWORD);
  });

  it.each<[string, object, object, string]>([
    ["a wrong password", {}, { password: "wrong" }, "refused the credentials"],
    ["nobody there", {}, { endpoint: "https://127.0.0.1:9" }, "can't be reached"],
    ["a certificate that is another", {}, { tls: { mode: "pin", sha256: "0".repeat(64) } }, "redfish backend"],
    ["a machine that is not there", { systemId: "bay-99" }, {}, "no machine bay-99"],
  ])("finds %s, and says so", async (_what, overrides, settings, words) => {
    const { status, body } = await testBmc(overrides, settings);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.works).toBe(false);
    expect(body.summary).toContain(words);
    expect(JSON.stringify(body)).not.toContain(BMC_PASSWORD);
  });

  it.each<[string, object, object, string]>([
    ["an unknown provider", { provider: "carrier-pigeon" }, {}, "provider"],
    ["an unknown site", { site: "nowhere" }, {}, "site"],
    ["an endpoint with a path", {}, { endpoint: "https://127.0.0.1/redfish" }, "settings.endpoint"],
    ["a missing password", {}, { password: undefined }, "settings.password"],
    ["an unknown setting", {}, { colour: "red" }, "settings"],
    ["a field nobody knows", { colour: "red" }, {}, "colour"],
  ])("refuses %s, naming the field", async (_what, overrides, settings, field) => {
    const { status, body } = await testBmc(overrides, settings);
    expect(status).toBe(400);
    expect(body.fields[0]?.field).toBe(field);
  });
});

describe("testing a host", () => {
  it("names its storage pools", async () => {
    const { body } = await testSim();
    expect(body, JSON.stringify(body)).toMatchObject({ works: true, choices: ["berth"] });
    expect(stateOf(body.roles, "volumes")).toBe("works");
    expect(stateOf(body.roles, "power")).toBe("untested");
    expect(stateOf(body.roles, "inventory")).toBe("absent");
  });

  it("finds a storage pool that is not there", async () => {
    const { body } = await testSim({ storagePool: "gold" });
    expect(body).toMatchObject({ works: false, summary: "the host has no storage pool gold" });
  });

  it("finds a socket that nobody listens at", async () => {
    const { body } = await testSim({ settings: { socket: "/nowhere.sock", host: "sim1" } });
    expect(body).toMatchObject({ works: false, roles: [] });
    expect(body.summary).toContain("can't be reached");
  });
});

it.runIf(why !== null)(`libvirt was not tried: ${why}`, () => expect(why).not.toBeNull());

// Without root no private libvirtd can be started; the test above says so by its name.
describe.skipIf(why !== null)("testing a real libvirtd", () => {
  let daemon: TestLibvirtd;
  beforeAll(async () => {
    daemon = await startTestLibvirtd();
  });
  afterAll(() => daemon.close());
  const testLibvirt = (settings: object = {}) =>
    test({
      provider: "libvirt",
      site: "lab",
      settings: { uri: "test:///default", socket: daemon.socket, ...settings },
    });

  it("says what the hypervisor is, and reads the power of a VM that runs there", async () => {
    const { body } = await testLibvirt();
    expect(body, JSON.stringify(body)).toMatchObject({ works: true, choices: ["default-pool"] });
    expect(stateOf(body.roles, "vms")).toBe("works");
    expect(body.roles.find(({ role }: Result) => role === "power")).toMatchObject({ state: "works", says: "it is on" });
  });

  it("finds a daemon that is gone", async () => {
    await daemon.kill();
    const { body } = await testLibvirt();
    expect(body.works).toBe(false);
    expect(body.summary).toContain("can't be reached");
    await daemon.start();
  });
});
