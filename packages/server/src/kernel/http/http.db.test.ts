import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../db/test-db.ts";
import { idempotencyStore } from "./idempotency-store.ts";
import type { HttpServer } from "./server.ts";
import { testActor } from "./testing/actor.ts";
import { call, type Reply, serve } from "./testing/serve.ts";
import { createShelf, type Shelf } from "./testing/shelf.ts";

let test: TestDb;
let server: HttpServer;
let url: string;
let shelf: Shelf;

const ADA = "ada-token-of-twenty-characters";
const BOB = "bob-token-of-twenty-characters";
const USERS: Record<string, string> = { [ADA]: "ada", [BOB]: "bob" };

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  shelf = createShelf();
  ({ url, server } = await serve({
    db: test.db,
    sets: [shelf.set],
    authenticate: async ({ secret }) => {
      const name = USERS[secret];
      return name === undefined ? null : testActor(name);
    },
  }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}, token = ADA) =>
  call(url, "POST", path, { token, body, headers });
const add = (label: string, key: string, token = ADA) =>
  post("/v1/things", { label }, { "idempotency-key": key }, token);

describe("a request that starts something", () => {
  it("has one effect, however often it comes at once, and the same answer each time", async () => {
    const replies = await Promise.all(Array.from({ length: 50 }, () => add("fifty at once", "key-fifty")));
    expect(shelf.effects.filter((label) => label === "fifty at once")).toHaveLength(1);
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]));
    for (const reply of replies) expect(reply.body).toEqual(replies[0]?.body);
    expect(replies.filter((reply) => reply.headers.get("idempotency-replayed") === "true")).toHaveLength(49);
  });

  it("has one effect also over several servers on one database", async () => {
    const other = await serve({
      db: test.db,
      sets: [shelf.set],
      authenticate: async () => testActor("ada"),
    });
    try {
      const to = (i: number) => (i % 2 === 0 ? url : other.url);
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          call(to(i), "POST", "/v1/things", {
            token: ADA,
            body: { label: "two servers" },
            headers: { "idempotency-key": "key-two" },
          }),
        ),
      );
      expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]));
      expect(shelf.effects.filter((label) => label === "two servers")).toHaveLength(1);
    } finally {
      await other.server.close();
    }
  });

  it("needs a key, of a certain form", async () => {
    expect((await post("/v1/things", { label: "x" })).body.detail).toMatch(/Idempotency-Key is required/);
    expect((await add("x", "a key with spaces")).status).toBe(400);
    expect((await add("x", "k".repeat(201))).status).toBe(400);
    expect(shelf.effects).not.toContain("x");
  });

  it("refuses a key that was used for another request", async () => {
    expect((await add("one", "key-other")).status).toBe(201);
    expect((await add("another", "key-other")).body).toMatchObject({ status: 409, code: "conflict" });
    expect(shelf.effects).not.toContain("another");
  });

  it("keeps the keys of two users apart", async () => {
    const ada = await add("ours", "key-same");
    const bob = await add("ours", "key-same", BOB);
    expect(bob.body.id).not.toBe(ada.body.id);
  });

  it("may be tried again with the same key after a refusal", async () => {
    const send = () => post("/v1/things", { label: "r", fail: "refuse" }, { "idempotency-key": "key-refused" });
    expect((await send()).body).toMatchObject({ status: 409, reasons: ["buy another"] });
    expect((await send()).body).toMatchObject({ status: 409, reasons: ["buy another"] });
  });

  it("finds the answer that was recorded in the transaction of the effect, though its controller died then", async () => {
    const store = idempotencyStore(test.db);
    const request = { caller: "ada", key: "key-died", operation: "addThing", hash: Buffer.from("h") };
    expect(await store.claim(request)).toEqual({ kind: "ours" });
    await test.db.transaction().execute((tx) => store.record(request, { status: 201, body: { id: "x" } }, tx));
    expect(await store.claim(request)).toEqual({ kind: "answered", answer: { status: 201, body: { id: "x" } } });
    expect(await store.claim({ ...request, hash: Buffer.from("other") })).toEqual({ kind: "different" });
    await test.db
      .updateTable("idempotent_request")
      .set({ started_at: new Date(Date.now() - 2 * 86_400_000) })
      .execute();
    await store.sweep();
    expect(await store.claim(request)).toEqual({ kind: "ours" });
  });
});

describe("an update", () => {
  it("names the version that it changes", async () => {
    const { body, headers } = await add("versions", "key-versions");
    expect(headers.get("etag")).toBe('"1"');
    const relabel = (ifMatch?: string) =>
      call(url, "PUT", `/v1/things/${body.id}`, {
        token: ADA,
        body: { label: "new" },
        headers: ifMatch === undefined ? {} : { "if-match": ifMatch },
      });
    expect((await relabel()).status).toBe(412);
    expect((await relabel("*")).status).toBe(400);
    expect((await relabel('W/"1"')).status).toBe(400);
    const both = await Promise.all([relabel('"1"'), relabel('"1"')]);
    expect(both.map((reply) => reply.status).sort()).toEqual([200, 412]);
    expect((await call(url, "GET", `/v1/things/${body.id}`, { token: ADA })).headers.get("etag")).toBe('"2"');
  });
});

describe("an error", () => {
  it.each(["throw", "bad-answer"])("of ours (%s) says nothing but its request's id", async (how) => {
    const { status, headers, body } = await post("/v1/things/1/break", { how }, { "x-request-id": "my-own-id" });
    expect({ status, code: body.code, id: body.requestId, header: headers.get("x-request-id") }).toEqual({
      status: 500,
      code: "internal",
      id: "my-own-id",
      header: "my-own-id",
    });
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(JSON.stringify(body)).not.toContain("swordfish");
  });

  it("never lets out a field that the contract does not name", async () => {
    const { status, body } = await post("/v1/things/1/break", { how: "null-byte" });
    expect({ status, body }).toEqual({ status: 200, body: { id: "1", version: 1, label: "fine" } });
  });

  it("has a request id of ours when the caller's is not one", async () => {
    const { body } = await call(url, "GET", "/v1/nothing", { headers: { "x-request-id": "<script>" } });
    expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const keyed = { "idempotency-key": "bad", authorization: `Bearer ${ADA}`, "content-type": "application/json" };

/** Method, path, raw body, headers beside or instead of the usual ones, and the status. */
const BAD: [string, string, string, string | Uint8Array<ArrayBuffer> | undefined, Record<string, string>, number][] = [
  ["no JSON", "POST", "/v1/things", "{", {}, 400],
  ["only a text", "POST", "/v1/things", '"x"', {}, 400],
  ["null", "POST", "/v1/things", "null", {}, 400],
  ["a list", "POST", "/v1/things", "[]", {}, 400],
  ["no body", "POST", "/v1/things", undefined, {}, 400],
  ["an empty body", "POST", "/v1/things", "", {}, 400],
  ["a number for a text", "POST", "/v1/things", '{"label":1}', {}, 400],
  ["null for a text", "POST", "/v1/things", '{"label":null}', {}, 400],
  ["too long a text", "POST", "/v1/things", JSON.stringify({ label: "x".repeat(51) }), {}, 400],
  ["an unknown field", "POST", "/v1/things", '{"label":"x","role":"administrator"}', {}, 400],
  ["__proto__", "POST", "/v1/things", '{"label":"x","__proto__":{"admin":true}}', {}, 400],
  ["constructor", "POST", "/v1/things", '{"label":"x","constructor":{}}', {}, 400],
  ["33 levels", "POST", "/v1/things", `{"label":${deep(33)}}`, {}, 400],
  ["100,000 levels", "POST", "/v1/things", deep(100_000), {}, 400],
  ["an open string full of brackets", "POST", "/v1/things", `"${"[".repeat(100_000)}`, {}, 400],
  ["a NUL", "POST", "/v1/things", '{"label":"a\\u0000b"}', {}, 400],
  ["half a surrogate pair", "POST", "/v1/things", '{"label":"\\ud800"}', {}, 400],
  ["no UTF-8", "POST", "/v1/things", new Uint8Array([0x22, 0xff, 0xfe, 0x22]), {}, 400],
  ["a byte order mark", "POST", "/v1/things", new Uint8Array([0xef, 0xbb, 0xbf]), {}, 400],
  ["a form", "POST", "/v1/things", "label=x", { "content-type": "application/x-www-form-urlencoded" }, 400],
  ["XML", "POST", "/v1/things", "<x/>", { "content-type": "application/xml" }, 400],
  ["a body of 1 MiB and more", "POST", "/v1/things", `{"label":"${"x".repeat(1_100_000)}"}`, {}, 400],
  ["a body where none is taken", "GET", "/v1/things/1", undefined, { "x-nothing": "1" }, 404],
  ["no token", "GET", "/v1/things", undefined, { authorization: "" }, 401],
  ["a bad scheme", "GET", "/v1/things", undefined, { authorization: `Basic ${ADA}` }, 401],
  ["a wrong token", "GET", "/v1/things", undefined, { authorization: "Bearer wrong-wrong-wrong-wrong-wrong" }, 401],
  ["a huge body of a stranger", "POST", "/v1/things", "x".repeat(1_100_000), { authorization: "" }, 401],
  ["an unknown path", "GET", "/v1/unknown", undefined, {}, 404],
  ["another method", "PATCH", "/v1/things", "{}", {}, 404],
  ["an administrator's route", "DELETE", "/v1/things/1", undefined, {}, 403],
  ["an unknown query", "GET", "/v1/things?nonsense=1", undefined, {}, 400],
  ["a query where none is", "GET", "/v1/things/1?x=1", undefined, {}, 400],
  ["the same query twice", "GET", "/v1/things?color=a&color=b", undefined, {}, 400],
  ["a limit of 0", "GET", "/v1/things?limit=0", undefined, {}, 400],
  ["a limit of 501", "GET", "/v1/things?limit=501", undefined, {}, 400],
  ["a limit in hexadecimal", "GET", "/v1/things?limit=0x10", undefined, {}, 400],
  ["an empty limit", "GET", "/v1/things?limit=", undefined, {}, 400],
  ["an unknown sort", "GET", "/v1/things?sort=password", undefined, {}, 400],
  ["a boolean of another kind", "GET", "/v1/things?heavy=yes", undefined, {}, 400],
  ["__proto__ in the query", "GET", "/v1/things?__proto__=1", undefined, {}, 400],
  ["half a percent", "GET", "/v1/things?color=%", undefined, {}, 400],
  ["no UTF-8 in the query", "GET", "/v1/things?color=%ff", undefined, {}, 400],
  ["a NUL in the query", "GET", "/v1/things?color=%00", undefined, {}, 400],
  ["101 parameters", "GET", `/v1/things?${"tags=x&".repeat(101)}`, undefined, {}, 400],
  ["half a percent in the path", "GET", "/v1/things/%", undefined, {}, 400],
  ["a NUL in the path", "GET", "/v1/things/%00", undefined, {}, 400],
  ["a long path", "GET", `/v1/things/${"x".repeat(250)}`, undefined, {}, 400],
  ["a longer path", "GET", `/v1/things/${"x".repeat(5000)}`, undefined, {}, 400],
  ["dots in the path", "GET", "/v1/things/..%2f..%2fhealthz", undefined, {}, 404],
  ["no number in the path", "GET", "/v1/count/ten", undefined, {}, 400],
  ["too big a number in the path", "GET", "/v1/count/99999999999999999999", undefined, {}, 400],
  ["a negative number in the path", "GET", "/v1/count/-1", undefined, {}, 400],
];

describe("a bad request", () => {
  it.each(BAD)("%s: is refused in words", async (_name, method, path, body, headers, status) => {
    const before = shelf.effects.length;
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...keyed, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const problem = (await response.json()) as Reply["body"];
    expect({ status: response.status, type: response.headers.get("content-type") }).toEqual({
      status,
      type: "application/problem+json",
    });
    expect(problem.status).toBe(status);
    expect(problem.detail.length).toBeGreaterThan(10);
    expect(shelf.effects).toHaveLength(before);
  });

  it.each([
    ["GARBAGE\r\n\r\n"],
    ["GET / HTTP/9.9\r\n\r\n"],
    ["GET /v1/things HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["GET /v1/things HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n"],
    [`GET /v1/things HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(100_000)}\r\n\r\n`],
    ["POST /v1/things HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n"],
  ])("that is not HTTP is answered with 4xx and closed: %j", async (text) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.write(text);
    await once(socket, "close");
    const answer = Buffer.concat(chunks).toString();
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
  });

  it("reads lists, numbers and booleans of a query as what they are", async () => {
    const { body } = await call(url, "GET", "/v1/things?tags=a&tags=b&heavy=true&limit=7&color=1", { token: ADA });
    expect(body.items[0].query).toEqual({ tags: ["a", "b"], heavy: true, limit: 7, color: "1" });
  });

  it("leaves the server well", async () => {
    expect((await call(url, "GET", "/healthz")).body).toEqual({ ok: true });
    const metrics = await (await fetch(new URL("/metrics", url))).text();
    expect(metrics).toContain('berth_http_request_seconds_count{operation="addThing",method="POST",status="201"}');
  });
});
