import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import { WebSocket } from "ws";
import type { ProviderPool } from "../../estate/providers.ts";
import { createAuthenticate } from "../../identity/authenticate.ts";
import { createToken } from "../../identity/tokens.ts";
import { insertUser } from "../../identity/users.ts";
import { inTx } from "../../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../../kernel/db/test-db.ts";
import { testActor } from "../../kernel/http/testing/actor.ts";
import { call, serve } from "../../kernel/http/testing/serve.ts";
import { silentLog } from "../../kernel/log.ts";
import { addHost, addMachine, addSite } from "../../pools/testing/estate.ts";
import type { Console, ConsoleKind, Provider } from "../../providers/provider.ts";
import { consoleRoutes } from "../routes.ts";
import type { ConsoleLimits } from "../rules.ts";
import { consoleUpgrade } from "../upgrade.ts";

/** A backend whose ends the test holds: what it writes to them, a browser sees. */
export interface TestBackend extends Console {
  kindsNow: ConsoleKind[];
  /** The controller's end of each connection, and the test's. */
  readonly opened: { readonly near: Duplex; readonly far: Duplex }[];
}

function testBackend(): TestBackend {
  const opened: TestBackend["opened"] = [];
  const backend: TestBackend = {
    opened,
    kindsNow: ["vnc", "serial"],
    kinds: async () => backend.kindsNow,
    async open() {
      const [near, far] = duplexPair();
      opened.push({ near, far });
      far.on("error", () => {});
      return near;
    },
  };
  return backend;
}

/** Two controllers on one database, with a server on a host whose consoles are the test's. */
export async function consoleFixture(given: { limits?: Partial<ConsoleLimits>; provider?: Provider } = {}) {
  const test: TestDb = await createTestDb();
  const { db } = test;
  const backend = testBackend();
  const clock = { now: new Date() };
  const provider: Provider = given.provider ?? { type: "test", console: backend, close: async () => {} };
  const providers: Pick<ProviderPool, "forHost" | "forMachine"> = {
    forHost: async () => provider,
    forMachine: async () => ({ provider, system: "bay-1" }),
  };
  const siteId = await addSite(db);
  const hostId = await addHost(db, siteId, { name: "kvm1", cores: 8, networks: [] });
  await addMachine(db, siteId, "bay-1");

  async function addPerson(name: string, role: "user" | "operator" = "user") {
    const user = await inTx(db, (tx) => insertUser(tx, { name, role, email: null, passwordHash: "none" }));
    const actor = testActor(name, role, { userId: user.id });
    const { token } = await createToken(db, actor, { name: "test", expiresAt: null });
    return { userId: user.id, token };
  }

  async function addServer(name: string, ownerId: string): Promise<string> {
    const id = randomUUID();
    const size = { cores: 1, memory_mib: 512, firmware: "bios", disks: "[]", nics: "[]" };
    await db
      .insertInto("server")
      .values({
        ...size,
        ...{
          id,
          name,
          hostname: name,
          service_id: null,
          group_name: "a",
          ordinal: 1,
          kind: "virtual",
          state: "active",
        },
        ...{ owner_id: ownerId, site_id: siteId, host_id: hostId, image_id: randomUUID(), uuid: randomUUID() },
        ...{ serial: name, host_key_public: "none", host_key_sealed: "none" },
      })
      .execute();
    return id;
  }

  const authenticate = createAuthenticate(db);
  async function controller() {
    const now = () => clock.now;
    const limits = given.limits ?? {};
    const consoles = consoleUpgrade({ db, authenticate, providers, log: silentLog, now, limits });
    const { url, server } = await serve({
      db,
      sets: [consoleRoutes({ db, providers, now })],
      authenticate,
      onUpgrade: (request, socket, head) => {
        if (!consoles.take(request, socket, head)) socket.destroy();
      },
    });
    const close = async () => {
      await server.close();
      await consoles.close();
    };
    return { url, close };
  }

  const first = await controller();
  const second = await controller();
  const ada = await addPerson("ada");
  const serverId = await addServer("shop-1", ada.userId);
  return {
    ...{ db, backend, clock, ada, serverId, hostId, addPerson, addServer },
    ...{ url: first.url, otherUrl: second.url },
    async close() {
      await first.close();
      await second.close();
      await test.drop();
    },
  };
}

export type ConsoleFixture = Awaited<ReturnType<typeof consoleFixture>>;

/** Asks for a console and answers the path of its WebSocket. */
export async function ticketFor(
  url: string,
  token: string,
  asked: { kind: ConsoleKind; watchOnly?: boolean; of?: string },
): Promise<string> {
  const { of = "/v1/servers/shop-1", ...body } = asked;
  const reply = await call(url, "POST", `${of}/console`, { token, body });
  if (reply.status !== 200) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body.url;
}

export interface Viewer {
  readonly socket: WebSocket;
  /** What was shown so far. */
  shown(): Buffer;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Opens the WebSocket as a program or a browser does; rejects with the HTTP status where it is refused. */
export async function view(url: string, path: string, headers: Record<string, string>): Promise<Viewer> {
  const target = new URL(path, url);
  target.protocol = "ws:";
  const socket = new WebSocket(target, { headers, perMessageDeflate: false });
  const parts: Buffer[] = [];
  socket.on("message", (data) => parts.push(data as Buffer));
  const refused = new Promise<never>((_resolve, reject) => {
    socket.once("unexpected-response", (_asked, answer) => reject(new Error(`status ${answer.statusCode}`)));
    socket.on("error", reject);
  });
  refused.catch(() => {});
  const closed = once(socket, "close").then(([code, reason]) => ({ code: Number(code), reason: String(reason) }));
  await Promise.race([once(socket, "open"), refused]);
  return { socket, shown: () => Buffer.concat(parts), closed };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
