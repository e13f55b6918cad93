import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hashSecret, newSecret } from "../kernel/auth/secrets.ts";
import { call } from "../kernel/http/testing/serve.ts";
import { UNSENT_BYTES, WATCHER_BYTES } from "./rules.ts";
import {
  bearer,
  type ConsoleFixture,
  consoleFixture,
  ticketFor,
  type Viewer,
  view,
} from "./testing/console-fixture.ts";

/** The whole way of a console (CAP F9): ticket, WebSocket, bytes, end; with a backend that the test holds. */
const LIMITS = { lookMs: 1_000, idleMs: 60_000, pingMs: 20_000, perUser: 80, perController: 100 };
const WAIT = { timeout: 20_000 };

let house: ConsoleFixture;
beforeAll(async () => {
  house = await consoleFixture({ limits: LIMITS });
}, 120_000);
afterAll(async () => await house?.close());
beforeEach(() => {
  house.backend.opened.length = 0;
  house.backend.kindsNow = ["vnc", "serial"];
  house.clock.now = new Date();
});

const ask = (kind: "vnc" | "serial", more: object = {}) => ticketFor(house.url, house.ada.token, { kind, ...more });
const open = async (kind: "vnc" | "serial", more: object = {}) =>
  view(house.url, await ask(kind, more), bearer(house.ada.token));
const lastEnd = (): Duplex => {
  const end = house.backend.opened.at(-1)?.far;
  if (end === undefined) throw new Error("no console was opened at the backend");
  return end;
};
const audits = async (action: string) =>
  (
    await sql<{ user_name: string; object_id: string; details: Record<string, unknown> }>`
      select user_name, object_id, details from audit where action = ${action} order by id desc`.execute(house.db)
  ).rows;

describe("a console", () => {
  it("carries bytes both ways, and is written down with how long it was open", async () => {
    const viewer = await open("vnc");
    await expect.poll(() => house.backend.opened.length).toBe(1);
    const end = lastEnd();
    end.write("RFB 003.008\n");
    await expect.poll(() => viewer.shown().toString()).toBe("RFB 003.008\n");
    viewer.socket.send(Buffer.from([0, 255, 10]));
    await expect.poll(() => [...((end.read() as Buffer | null) ?? [])], WAIT).toEqual([0, 255, 10]);
    viewer.socket.close();
    await expect.poll(async () => (await audits("console.close")).length, WAIT).toBe(1);
    const [opened] = await audits("console.open");
    const [closed] = await audits("console.close");
    expect(opened).toMatchObject({ user_name: "ada", object_id: house.serverId, details: { kind: "vnc" } });
    expect(closed?.details).toMatchObject({ cause: "left", bytesShown: 12, bytesTyped: 3 });
    expect(closed?.details.seconds).toBeTypeOf("number");
  });

  it("opens on any controller", async () => {
    const viewer = await view(house.otherUrl, await ask("vnc"), bearer(house.ada.token));
    await expect.poll(() => house.backend.opened.length).toBe(1);
    viewer.socket.close();
  });

  it("ends when the backend does, and says so", async () => {
    const viewer = await open("vnc");
    await expect.poll(() => house.backend.opened.length).toBe(1);
    lastEnd().end();
    expect(await viewer.closed).toMatchObject({ code: 4000, reason: expect.stringContaining("switched off") });
  });

  it("says why when the backend refuses after the ticket was given", async () => {
    const path = await ask("vnc");
    house.backend.kindsNow = [];
    const { open: before } = house.backend;
    house.backend.open = () => Promise.reject(new Error("a bug that says secret-4711"));
    const viewer = await view(house.url, path, bearer(house.ada.token));
    house.backend.open = before;
    const { code, reason } = await viewer.closed;
    expect(code).toBe(4004);
    expect(reason).not.toContain("secret-4711");
  });

  it("never tells where the backend is", async () => {
    const reply = await call(house.url, "POST", "/v1/servers/shop-1/console", {
      token: house.ada.token,
      body: { kind: "vnc" },
    });
    expect(Object.keys(reply.body).sort()).toEqual(["expiresAt", "kind", "url"]);
    expect(reply.body.url).toMatch(/^\/v1\/console\/berth_con_[A-Za-z0-9_-]{43}$/);
  });
});

describe("a ticket", () => {
  const refused = (url: string, path: string, headers: Record<string, string>) => view(url, path, headers);

  it("is good once, also for two who come at the same moment on two controllers", async () => {
    const path = await ask("vnc");
    const tries = await Promise.allSettled(
      [house.url, house.otherUrl].map((url) => view(url, path, bearer(house.ada.token))),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(refused(house.url, path, bearer(house.ada.token))).rejects.toThrow("status 404");
    for (const one of tries) if (one.status === "fulfilled") one.value.socket.close();
  });

  it("is good for one minute", async () => {
    const [early, late] = [await ask("vnc"), await ask("vnc")];
    house.clock.now = new Date(Date.now() + 58_000);
    (await view(house.url, early, bearer(house.ada.token))).socket.close();
    house.clock.now = new Date(Date.now() + 61_000);
    await expect(refused(house.url, late, bearer(house.ada.token))).rejects.toThrow("status 404");
  });

  it("opens nothing for strangers, and is still good for who asked for it", async () => {
    const path = await ask("vnc");
    const bob = await house.addPerson("bob");
    await expect(refused(house.url, path, {})).rejects.toThrow("status 401");
    await expect(refused(house.url, path, bearer(bob.token))).rejects.toThrow("status 404");
    await expect(refused(house.url, "/v1/console/berth_con_guessed", bearer(bob.token))).rejects.toThrow("status 404");
    (await view(house.url, path, bearer(house.ada.token))).socket.close();
  });

  it("is kept as a hash only", async () => {
    const path = await ask("serial");
    const { rows } = await sql<{ secret_hash: Buffer }>`select * from console_ticket`.execute(house.db);
    expect(JSON.stringify(rows)).not.toContain("berth_con_");
    const hash = hashSecret(path.slice("/v1/console/".length));
    expect(rows.some((row) => row.secret_hash.equals(hash))).toBe(true);
  });

  it("is given to who may use the server only", async () => {
    const carl = await house.addPerson("carl");
    const asked = { token: carl.token, body: { kind: "vnc" } };
    expect((await call(house.url, "POST", "/v1/servers/shop-1/console", asked)).status).toBe(404);
    expect((await call(house.url, "GET", "/v1/servers/shop-1/console", { token: carl.token })).status).toBe(404);
    const machine = await call(house.url, "POST", "/v1/machines/bay-1/console", asked);
    expect(machine).toMatchObject({ status: 403, body: { code: "forbidden" } });
    const olga = await house.addPerson("olga", "operator");
    const path = await ticketFor(house.url, olga.token, { kind: "serial", of: "/v1/machines/bay-1" });
    (await view(house.url, path, bearer(olga.token))).socket.close();
  });

  it.each([
    [{}, "kind"],
    [{ kind: "spice" }, "kind"],
    [{ kind: "vnc", watchOnly: true }, "watchOnly"],
    [{ kind: "vnc", password: "x" }, "password"],
  ])("refuses %j, and names %s", async (body, field) => {
    const reply = await call(house.url, "POST", "/v1/servers/shop-1/console", { token: house.ada.token, body });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request", fields: [{ field }] } });
  });
});

describe("a browser", () => {
  const origin = () => new URL(house.url).origin;
  async function cookie(): Promise<string> {
    const secret = newSecret("session");
    await sql`insert into session (id, secret_hash, user_id, expires_at)
      values (gen_random_uuid(), ${hashSecret(secret)}, ${house.ada.userId}, now() + interval '1 hour')`.execute(
      house.db,
    );
    return `berth_session=${secret}`;
  }

  it("opens a console from Berth's own pages", async () => {
    const headers = { cookie: await cookie(), origin: origin() };
    (await view(house.url, await ask("vnc"), headers)).socket.close();
  });

  it.each([["https://evil.example"], ["null"], [undefined]])("is refused from the page of %s", async (from) => {
    const headers = { cookie: await cookie(), ...(from === undefined ? {} : { origin: from }) };
    await expect(view(house.url, await ask("vnc"), headers)).rejects.toThrow("status 403");
  });

  it("is sent away when its session ends, or the right is lost", async () => {
    const own = await cookie();
    const viewer = await view(house.url, await ask("vnc"), { cookie: own, origin: origin() });
    await sql`delete from session where secret_hash = ${hashSecret(own.slice("berth_session=".length))}`.execute(
      house.db,
    );
    expect(await viewer.closed).toMatchObject({ code: 4003, reason: "You are signed out." });

    const other = await open("vnc");
    await sql`update server set owner_id = gen_random_uuid() where id = ${house.serverId}`.execute(house.db);
    expect(await other.closed).toMatchObject({ code: 4003, reason: expect.stringContaining("there is no server") });
    await sql`update server set owner_id = ${house.ada.userId} where id = ${house.serverId}`.execute(house.db);
  });
});

describe("a serial line", () => {
  it("is one for all who watch it, and begins with what was said before", async () => {
    const first = await open("serial");
    await expect.poll(() => house.backend.opened.length).toBe(1);
    lastEnd().write("login: ");
    await expect.poll(() => first.shown().toString()).toBe("login: ");
    const second = await open("serial");
    await expect.poll(() => second.shown().toString()).toBe("login: ");
    expect(house.backend.opened).toHaveLength(1);
    second.socket.send("root\r");
    await expect.poll(() => String(lastEnd().read() ?? ""), WAIT).toBe("root\r");
    lastEnd().write("root");
    await expect
      .poll(() => [first, second].map((one) => one.shown().toString()))
      .toEqual(["login: root", "login: root"]);

    first.socket.close();
    await first.closed;
    lastEnd().write("!");
    await expect.poll(() => second.shown().toString()).toBe("login: root!");
    second.socket.close();
    await expect.poll(() => house.backend.opened[0]?.near.destroyed, WAIT).toBe(true);
  });

  it("takes nothing from who only watches", async () => {
    const viewer = await open("serial", { watchOnly: true });
    await expect.poll(() => house.backend.opened.length).toBe(1);
    viewer.socket.send("reboot\r");
    lastEnd().write("shown");
    await expect.poll(() => viewer.shown().toString()).toBe("shown");
    expect(lastEnd().read()).toBeNull();
    viewer.socket.close();
  });
});

describe("many and slow ones", () => {
  it("serves 64 at once, and says when there are too many", async () => {
    const viewers: Viewer[] = [];
    for (let n = 0; n < 64; n += 1) viewers.push(await open("vnc"));
    await expect.poll(() => house.backend.opened.length, WAIT).toBe(64);
    for (const [n, { far }] of house.backend.opened.entries()) far.write(`screen ${n}`);
    const shown = () => viewers.map((viewer) => viewer.shown().toString()).sort();
    await expect.poll(shown, WAIT).toEqual(Array.from({ length: 64 }, (_, n) => `screen ${n}`).sort());
    for (let n = 64; n < LIMITS.perUser; n += 1) viewers.push(await open("vnc"));
    await expect(open("vnc")).rejects.toThrow("status 429");
    for (const { socket } of viewers) socket.close();
    await Promise.all(viewers.map(({ closed }) => closed));
  });

  /** Asks for the WebSocket by hand, and then never reads. */
  async function openDeaf(kind: "vnc" | "serial"): Promise<ReturnType<typeof connect>> {
    const path = await ask(kind);
    const { hostname, port, host } = new URL(house.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on("error", () => {});
    const lines = [
      `GET ${path} HTTP/1.1`,
      `host: ${host}`,
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
      `authorization: Bearer ${house.ada.token}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    await expect.poll(() => house.backend.opened.length, WAIT).toBe(1);
    socket.pause();
    return socket;
  }

  it("reads no more of a screen than a browser that does not read has room for", async () => {
    const socket = await openDeaf("vnc");
    const end = lastEnd();
    const chunk = Buffer.alloc(64 * 1024);
    const sent = { bytes: 0, isStuck: false };
    while (!sent.isStuck && sent.bytes < 200 * 1024 * 1024) {
      sent.bytes += chunk.length;
      if (end.write(chunk)) continue;
      const drained = new Promise<boolean>((resolve) => end.once("drain", () => resolve(true)));
      const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1_000));
      sent.isStuck = !(await Promise.race([drained, late]));
    }
    expect(sent.isStuck).toBe(true);
    // What the kernel's own buffers hold, and ours.
    expect(sent.bytes).toBeLessThan(20 * 1024 * 1024 + UNSENT_BYTES);
    socket.destroy();
    await expect.poll(() => house.backend.opened[0]?.near.destroyed, WAIT).toBe(true);
  });

  it("sends away who does not read a serial line, which waits for nobody", async () => {
    const socket = await openDeaf("serial");
    const near = house.backend.opened[0]?.near;
    const viewer = await open("serial");
    const heard = { bytes: 0 };
    viewer.socket.on("message", (data: Buffer) => {
      heard.bytes += data.length;
    });
    const chunk = Buffer.alloc(256 * 1024, "x");
    for (let bytes = chunk.length; bytes <= 20 * WATCHER_BYTES; bytes += chunk.length) {
      lastEnd().write(chunk);
      await expect.poll(() => heard.bytes, { ...WAIT, interval: 5 }).toBe(bytes);
    }
    await expect.poll(async () => (await audits("console.close"))[0]?.details.cause, WAIT).toBe("slow");
    expect(near?.destroyed).toBe(false);
    socket.destroy();
    viewer.socket.close();
  });
});

describe("where there is none", () => {
  it("says why in words", async () => {
    house.backend.kindsNow = [];
    const none = await call(house.url, "GET", "/v1/servers/shop-1/console", { token: house.ada.token });
    expect(none.body).toEqual({
      name: "shop-1",
      kinds: [],
      reason: "shop-1 has no console now: it is off, or its hypervisor offers none for it.",
    });
    await sql`update server set state = 'inactive' where id = ${house.serverId}`.execute(house.db);
    const off = await call(house.url, "GET", "/v1/servers/shop-1/console", { token: house.ada.token });
    expect(off.body.reason).toBe("server shop-1 is inactive: it has no console now: it is switched off");
    await sql`update server set state = 'active' where id = ${house.serverId}`.execute(house.db);
    house.backend.kindsNow = ["serial"];
    const reply = await call(house.url, "POST", "/v1/servers/shop-1/console", {
      token: house.ada.token,
      body: { kind: "vnc" },
    });
    expect(reply).toMatchObject({
      status: 409,
      body: { detail: "shop-1 has no screen.", reasons: ["there is its serial line: kind serial"] },
    });
  });
});
