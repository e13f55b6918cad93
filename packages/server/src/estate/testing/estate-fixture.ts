import { selfSignedCertificate } from "@berth/lab/redfish/certificate.ts";
import { startRedfishServer } from "@berth/lab/redfish/server.ts";
import { simHardware } from "@berth/lab/simulated/sim-hardware.ts";
import { createTestDb } from "../../kernel/db/test-db.ts";
import { testActor } from "../../kernel/http/testing/actor.ts";
import { call, type Reply, serve } from "../../kernel/http/testing/serve.ts";
import { silentLog } from "../../kernel/log.ts";
import { createSecretBox } from "../../kernel/secrets.ts";
import { createEngine } from "../../kernel/workflow/engine.ts";
import * as registry from "../../providers/registry.ts";
import { createProviderPool } from "../providers.ts";
import { estateRoutes } from "../routes.ts";
import { registerEstateWorkflows } from "../workflows.ts";

export const BMC_PASSWORD = "estate-canary-9127";

/** A blade of the lab, as its Redfish service shows it; `n` makes everything about it its own. */
function bladeHardware(n: number) {
  const hex = n.toString(16).padStart(4, "0");
  const mac = (nic: number) => `52:54:0${nic}:00:${hex.slice(0, 2)}:${hex.slice(2)}`;
  return simHardware({
    id: `bay-${n}`,
    manufacturer: "Berth",
    model: "Lab blade",
    serial: `LAB${hex}`,
    uuid: `5a1c0de0-0000-4000-8000-00000000${hex}`,
    assetTag: "rack-1",
    firmware: n % 2 === 0 ? "uefi" : "bios",
    cores: 4,
    memoryMiB: 8192,
    nics: [
      { id: "nic1", mac: mac(0) },
      { id: "nic2", mac: mac(1) },
    ],
    disks: [{ id: "disk1", sizeBytes: 10 * 1024 ** 3, bus: "virtio" }],
  });
}

/** The room's routes on a real server, over a real database, before real Redfish services with so many blades. */
export async function estateFixture(blades: number) {
  const test = await createTestDb();
  const certificate = selfSignedCertificate("127.0.0.1", new Date());
  const hardware = Array.from({ length: blades }, (_, i) => bladeHardware(i + 1));
  const redfish = await startRedfishServer({
    hardware,
    listen: { host: "127.0.0.1", port: 0 },
    tls: certificate,
    credentials: { username: "berth", password: BMC_PASSWORD },
  });
  const secrets = createSecretBox(Buffer.alloc(32, 7));
  const engine = createEngine({ db: test.db, databaseUrl: test.url, controllerId: "estate-test", log: silentLog });
  const providers = createProviderPool({ db: test.db, secrets, log: silentLog, registry });
  registerEstateWorkflows(engine, { db: test.db, providers });
  await engine.launch();
  const routes = estateRoutes({ db: test.db, secrets, registry, providers, log: silentLog, engine });
  const { url, server } = await serve({
    db: test.db,
    sets: [routes],
    authenticate: async ({ secret }) => {
      const role = secret.startsWith("administrator") ? "administrator" : "user";
      return testActor(role, role, { userId: `00000000-0000-4000-8000-00000000000${role.length % 10}` });
    },
  });
  const asAdministrator = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const key: Record<string, string> = method === "POST" ? { "idempotency-key": crypto.randomUUID() } : {};
    const options = { token: "administrator-0123456789", headers: { ...key, ...headers } };
    return call(url, method, path, body === undefined ? options : { ...options, body });
  };
  /** What an administrator writes to enrol blade `n`. */
  const wish = (n: number, overrides: object = {}, settings: object = {}) => ({
    name: `blade-${n}`,
    site: "lab",
    provider: "redfish",
    settings: {
      endpoint: redfish.url,
      username: "berth",
      password: BMC_PASSWORD,
      tls: { mode: "pin", sha256: certificate.sha256 },
      ...settings,
    },
    systemId: `bay-${n}`,
    ...overrides,
  });
  return {
    db: test.db,
    url,
    hardware,
    providers,
    secrets,
    redfish,
    asAdministrator,
    wish,
    async close() {
      await server.close();
      await engine.stop();
      await providers.close();
      await redfish.close();
      await test.drop();
    },
  };
}
