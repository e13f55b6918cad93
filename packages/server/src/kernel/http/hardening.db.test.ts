import { route } from "@berth/api/route.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createTestDb, type TestDb } from "../db/test-db.ts";
import { implement } from "./handler.ts";
import { portalHeaders } from "./security-headers.ts";
import type { HttpServer } from "./server.ts";
import { call, serve } from "./testing/serve.ts";

const FEW = 3;
const contract = {
  whereFrom: route({
    method: "GET",
    path: "/v1/where-from",
    tag: "test",
    rule: "public",
    summary: "Where a call comes from",
    response: z.object({ address: z.string(), agent: z.string().nullable(), cookie: z.string().nullable() }),
  }),
  few: route({
    method: "POST",
    path: "/v1/few",
    tag: "test",
    rule: "public",
    callsPerMinute: FEW,
    summary: "May be called seldom",
    body: z.strictObject({ text: z.string().max(2_000_000) }),
    response: z.object({}),
  }),
  away: route({
    method: "GET",
    path: "/v1/away",
    tag: "test",
    rule: "public",
    summary: "Leads elsewhere",
    response: z.object({}),
    status: 302,
  }),
  broken: route({
    method: "GET",
    path: "/v1/broken-lines",
    tag: "test",
    rule: "public",
    summary: "Lines that end in an error",
    response: z.object({ n: z.number() }),
    lines: true,
  }),
};
const set = implement(contract, {
  whereFrom: async ({ remoteAddress, userAgent, cookie }) => ({
    address: remoteAddress,
    agent: userAgent,
    cookie: cookie("taste"),
  }),
  few: async () => ({}),
  away: async ({ setHeader }) => {
    setHeader("location", "/there");
    setHeader("set-cookie", "a=1");
    setHeader("set-cookie", "b=2");
    return {};
  },
  broken: async () =>
    (async function* () {
      yield { n: 1 };
      throw new Error("no more");
    })(),
});

let test: TestDb;
const servers: HttpServer[] = [];

async function start(options: { secure?: boolean; trustedProxies?: string[] } = {}): Promise<string> {
  const { url, server } = await serve({ db: test.db, sets: [set], authenticate: async () => null, ...options });
  servers.push(server);
  return url;
}

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await test?.drop();
});

describe("headers for browsers", () => {
  it("stand on every answer of the API, good or bad, and let nothing of it be a page", async () => {
    const url = await start();
    for (const path of ["/v1/where-from", "/v1/no-such-thing", "/healthz", "/%"]) {
      const { headers } = await fetch(url + path);
      expect(headers.get("content-security-policy"), path).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(headers.get("cache-control"), path).toBe("no-store");
      expect(headers.get("cross-origin-opener-policy"), path).toBe("same-origin");
      expect(headers.get("strict-transport-security"), path).toBeNull();
      expect(headers.get("access-control-allow-origin"), path).toBeNull();
      expect(headers.get("server"), path).toBeNull();
    }
  });

  it("ask for TLS for ever, where there is TLS", async () => {
    const { headers } = await fetch(`${await start({ secure: true })}/v1/where-from`);
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(portalHeaders({ secure: true })["strict-transport-security"]).toBe("max-age=31536000");
  });

  it("of the portal's pages run scripts of our own files alone, and let no other site frame them", () => {
    const policy = new Map(
      portalHeaders({ secure: false })
        ["content-security-policy"]?.split("; ")
        .map((line) => [line.split(" ", 1)[0] ?? "", line.split(" ").slice(1)]),
    );
    expect(policy.get("script-src")).toEqual(["'self'"]);
    expect(policy.get("default-src")).toEqual(["'none'"]);
    expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
    expect(policy.get("base-uri")).toEqual(["'none'"]);
    expect(policy.get("object-src")).toEqual(["'none'"]);
    expect(policy.get("form-action")).toEqual(["'self'"]);
  });
});

describe("limits", () => {
  it("keep a body of more than 1 MiB out, before anything is done with it", async () => {
    const url = await start();
    const reply = await call(url, "POST", "/v1/few", { body: { text: "x".repeat(1024 * 1024) } });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request", detail: "The body is too large." } });
  });

  it("say how long to wait when one address calls too often", async () => {
    const url = await start();
    const replies = [];
    for (let i = 0; i <= FEW; i += 1) replies.push(await call(url, "POST", "/v1/few", { body: { text: "x" } }));
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 429]);
    const { headers, body } = replies.at(-1) ?? {};
    expect(Number(headers?.get("retry-after"))).toBeGreaterThan(0);
    expect(body.code).toBe("too_many_requests");
    expect((await call(url, "GET", "/v1/where-from")).status).toBe(200);
  });
});

describe("where a call comes from", () => {
  const forwarded = { "x-forwarded-for": "203.0.113.9, 198.51.100.7" };

  it("is believed of proxies that are named, and of nobody else", async () => {
    const plain = await call(await start(), "GET", "/v1/where-from", { headers: forwarded });
    expect(plain.body.address).toBe("127.0.0.1");
    const behind = await start({ trustedProxies: ["127.0.0.0/8"] });
    const proxied = await call(behind, "GET", "/v1/where-from", { headers: forwarded });
    // What stood there before the proxy wrote its part is what the caller made up.
    expect(proxied.body.address).toBe("198.51.100.7");
    expect((await call(behind, "GET", "/v1/where-from")).body.address).toBe("127.0.0.1");
  });

  it("is told with the program's name, cut short, and its cookies", async () => {
    const headers = { "user-agent": "x".repeat(1000), cookie: "other=1; taste=sweet; tasteless=2" };
    const { body } = await call(await start(), "GET", "/v1/where-from", { headers });
    expect(body).toEqual({ address: "127.0.0.1", agent: "x".repeat(300), cookie: "sweet" });
  });
});

it("leads elsewhere with all its cookies", async () => {
  const response = await fetch(`${await start()}/v1/away`, { redirect: "manual" });
  expect({ status: response.status, location: response.headers.get("location") }).toEqual({
    status: 302,
    location: "/there",
  });
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

it("cuts lines off that end in an error, so that nobody takes them for all", async () => {
  const response = await fetch(`${await start()}/v1/broken-lines`);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});
