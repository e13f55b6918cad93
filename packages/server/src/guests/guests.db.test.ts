import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthenticate } from "../identity/authenticate.ts";
import { ensureFirstAdministrator } from "../identity/first-administrator.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { directDial } from "../kernel/dial-edge.ts";
import { AppError } from "../kernel/errors.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { silentLog } from "../kernel/log.ts";
import { newGuestKeys } from "./keys.ts";
import type { ReachOf } from "./reach.ts";
import { guestRoutes } from "./routes.ts";
import { startTestSshd, type TestSshd } from "./test-sshd.ts";
import { tunnelUpgrade } from "./tunnel.ts";

const run = promisify(execFile);
const SERVER_ID = "0b9d6c1e-5f0e-4f5c-9d53-0b6f1a1f9a11";

let test: TestDb;
let http: HttpServer;
let url: string;
let token: string;
let sshd: TestSshd;
let pages: Server;
let echo: TcpServer;
let dir: string;

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  const { db } = test;
  const admin = await ensureFirstAdministrator(db);
  if (admin === null) throw new Error("there was a user in an empty database");
  token = admin.token;
  sshd = await startTestSshd();
  dir = await mkdtemp(join(tmpdir(), "berth-guests-"));
  pages = createServer((asked, answer) => {
    if (asked.url === "/big") return void answer.end(Buffer.alloc(5_000_000, "x"));
    if (asked.url === "/moved") return void answer.writeHead(302, { location: "http://127.0.0.1:1/" }).end("moved");
    answer.writeHead(asked.url === "/" ? 200 : 404).end(`page ${asked.url}`);
  }).listen(0, "127.0.0.1");
  // Says back what it hears, and a last word once the other side has ended.
  echo = createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => socket.write(chunk));
    socket.on("end", () => socket.end("bye"));
  }).listen(0, "127.0.0.1");
  await Promise.all([once(pages, "listening"), once(echo, "listening")]);
  const reachOf: ReachOf = async (_actor, server) => {
    if (server !== "shop-app-1") throw new AppError("not_found", "There is no such server.");
    return { ...sshd.login, serverId: SERVER_ID, hostname: "shop-app-1", dial: directDial };
  };
  const authenticate = createAuthenticate(db);
  ({ url, server: http } = await serve({
    db,
    sets: [guestRoutes({ db, reachOf })],
    authenticate,
    onUpgrade: tunnelUpgrade({ db, authenticate, reachOf, log: silentLog }),
  }));
});

afterAll(async () => {
  await http?.close();
  pages?.close();
  echo?.close();
  await sshd?.close();
  await test?.drop();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const post = (path: string, body: unknown, as: string | undefined = token) =>
  call(url, "POST", path, { body, ...(as === undefined ? {} : { token: as }) });

describe("CAP guests: a person's access", () => {
  const access = (publicKey: string) => post("/v1/servers/shop-app-1/access", { publicKey });

  it("is a certificate that OpenSSH takes, for the person's own key", async () => {
    const key = join(dir, "id_ed25519");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
    const { status, body } = await access((await readFile(`${key}.pub`, "utf8")).trim());
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain("PRIVATE");
    await writeFile(`${key}-cert.pub`, body.certificate);
    const shown = (await run("ssh-keygen", ["-L", "-f", `${key}-cert.pub`])).stdout;
    expect(shown).toMatch(/user certificate[\s\S]*Key ID: "berth admin"[\s\S]*permit-port-forwarding\s*permit-pty\s*$/);

    await writeFile(join(dir, "known_hosts"), `guest ${body.hostKey}\n`);
    const options = [
      `UserKnownHostsFile=${dir}/known_hosts`,
      "HostKeyAlias=guest",
      "StrictHostKeyChecking=yes",
      "BatchMode=yes",
    ];
    const argv = ["-F", "none", "-i", key, "-p", String(sshd.login.port), ...options.flatMap((o) => ["-o", o])];
    expect((await run("ssh", [...argv, `${body.user}@127.0.0.1`, "echo in"])).stdout).toBe("in\n");

    // Without the certificate the same key opens nothing.
    await rm(`${key}-cert.pub`);
    await expect(run("ssh", [...argv, `${body.user}@127.0.0.1`, "echo in"])).rejects.toThrow(/Permission denied/);
  });

  it("leaves an audit row", async () => {
    const rows = await test.db
      .selectFrom("audit")
      .select(["action", "object_id"])
      .where("action", "=", "server.access")
      .execute();
    expect(rows).toContainEqual({ action: "server.access", object_id: SERVER_ID });
  });

  it.each([
    "",
    "ssh-ed25519",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ",
    `ssh-ed25519 ${"A".repeat(68)}`,
    `${newGuestKeys().public} comment`,
    `${newGuestKeys().public}\nssh-ed25519 AAAA`,
    'cert-authority ssh-ed25519 AAAA"',
  ])("refuses the key %j", async (publicKey) => {
    expect(await access(publicKey)).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  });

  it("is nothing for strangers, and for servers that are not theirs", async () => {
    const body = { publicKey: newGuestKeys().public };
    expect((await call(url, "POST", "/v1/servers/shop-app-1/access", { body })).status).toBe(401);
    expect((await post("/v1/servers/other/access", body)).status).toBe(404);
  });
});

describe("CAP guests: a page of a server", () => {
  const fetchPage = (body: unknown) => post("/v1/servers/shop-app-1/fetch", body);

  it("comes with its status, whatever that is", async () => {
    expect((await fetchPage({ port: portOf(pages) })).body).toEqual({ status: 200, body: "page /" });
    expect((await fetchPage({ port: portOf(pages), path: "/no?a=b" })).body).toEqual({
      status: 404,
      body: "page /no?a=b",
    });
    expect((await fetchPage({ port: portOf(pages), path: "/moved" })).body).toEqual({ status: 302, body: "moved" });
  });

  it("is cut after a MiB", async () => {
    expect((await fetchPage({ port: portOf(pages), path: "/big" })).body.body).toHaveLength(1024 * 1024);
  });

  it.each([
    { port: 0 },
    { port: 65_536 },
    { port: 1.5 },
    { path: "x" },
    { path: "/a b" },
    { path: "/\r\nx: y" },
    { host: "10.0.0.1" },
  ])("refuses %j", async (body) => expect(await fetchPage(body)).toMatchObject({ status: 400 }));

  it("says that nothing answers", async () => {
    expect(await fetchPage({ port: 1 })).toMatchObject({ status: 503, body: { code: "unavailable" } });
  });
});

describe("CAP guests: a tunnel", () => {
  type Opened = { socket: Duplex } | { status: number; body: string };
  function open(path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }): Promise<Opened> {
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, url), {
        agent: false,
        headers: { connection: "Upgrade", upgrade: "berth-tunnel", ...headers },
      });
      asked.once("upgrade", (_response, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve({ socket });
      });
      asked.once("response", async (response) => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(await response.toArray()).toString() });
      });
      asked.once("error", reject);
      asked.end();
    });
  }
  async function socketTo(port: number): Promise<Duplex> {
    const opened = await open(`/v1/servers/shop-app-1/tunnel?port=${port}`);
    if (!("socket" in opened)) throw new Error(`no tunnel: ${opened.status} ${opened.body}`);
    return opened.socket;
  }

  it("carries megabytes both ways, and the end of one side", async () => {
    const socket = await socketTo(portOf(echo));
    const sent = Buffer.alloc(3_000_000, "ahoy ");
    socket.end(sent);
    const back = Buffer.concat(await socket.toArray());
    expect(back.equals(Buffer.concat([sent, Buffer.from("bye")]))).toBe(true);
  });

  it("ends when the other side hangs up", async () => {
    const ends = createTcpServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(ends, "listening");
    const socket = await socketTo(portOf(ends));
    socket.on("error", () => {});
    socket.resume();
    await once(socket, "close");
    ends.close();
  });

  it.each([
    ["without a token", "/v1/servers/shop-app-1/tunnel?port=22", {}, 401],
    ["with a wrong token", "/v1/servers/shop-app-1/tunnel?port=22", { authorization: `Bearer ${"a".repeat(43)}` }, 401],
    [
      "with a session's cookie",
      "/v1/servers/shop-app-1/tunnel?port=22",
      { cookie: `berth_session=${"a".repeat(43)}` },
      401,
    ],
    ["to another's server", "/v1/servers/other/tunnel?port=22", null, 404],
    ["without a port", "/v1/servers/shop-app-1/tunnel", null, 400],
    ["to port 0", "/v1/servers/shop-app-1/tunnel?port=0", null, 400],
    ["to port 22x", "/v1/servers/shop-app-1/tunnel?port=22x", null, 400],
    ["to a port where nothing listens", "/v1/servers/shop-app-1/tunnel?port=1", null, 503],
    ["elsewhere", "/v1/servers", null, 404],
    ["by another protocol", "/v1/servers/shop-app-1/tunnel?port=22", { upgrade: "websocket" }, 404],
    ["with broken encoding", "/v1/servers/%ff/tunnel?port=22", null, 400],
  ])("is refused %s", async (_what, path, headers, status) => {
    expect(await open(path, headers ?? undefined)).toMatchObject({ status });
  });
});
