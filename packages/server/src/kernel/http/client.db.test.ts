import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createClient } from "@berth/api/client.ts";
import { ClientError } from "@berth/api/client-error.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../db/test-db.ts";
import type { HttpServer } from "./server.ts";
import { testActor } from "./testing/actor.ts";
import { serve } from "./testing/serve.ts";
import { createShelf, type Shelf, shelfContract } from "./testing/shelf.ts";

let test: TestDb;
let server: HttpServer;
let url: string;
let shelf: Shelf;
const flaky: Server[] = [];

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  shelf = createShelf();
  ({ url, server } = await serve({
    db: test.db,
    sets: [shelf.set],
    authenticate: async () => testActor("ada", "administrator"),
  }));
});

afterEach(() => {
  for (const proxy of flaky.splice(0)) proxy.close();
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

const clientAt = (address: string) =>
  createClient(shelfContract, { url: address, token: "any-token-of-twenty-characters" });

/** A relay that cuts the first `times` connections after `bytes` of the answer: what was asked has happened by then. */
async function cutting(options: { times: number; bytes: number }): Promise<string> {
  let left = options.times;
  const relay = createServer((client) => {
    const upstream: Socket = connect(Number(new URL(url).port), "127.0.0.1");
    const isCut = left > 0;
    left -= 1;
    let passed = 0;
    client.pipe(upstream);
    upstream.on("data", (chunk) => {
      const room = isCut ? options.bytes - passed : Number.POSITIVE_INFINITY;
      passed += chunk.length;
      if (chunk.length <= room) return client.write(chunk);
      if (room > 0) client.end(chunk.subarray(0, room));
      else client.destroy();
      upstream.destroy();
    });
    upstream.on("close", () => client.end());
    client.on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  flaky.push(relay);
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  return `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
}

async function failure(promise: Promise<unknown>): Promise<ClientError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ClientError) return error;
  throw new Error("it was to fail with a ClientError", { cause: error });
}

describe("the client", () => {
  it("calls routes by name, with what the contract says", async () => {
    const client = clientAt(url);
    const thing = await client.addThing({ body: { label: "by the client" } });
    expect(await client.getThing({ params: { id: thing.id } })).toEqual(thing);
    const changed = await client.relabelThing({
      params: { id: thing.id },
      body: { label: "b" },
      ifMatch: thing.version,
    });
    expect(changed).toEqual({ ...thing, label: "b", version: 2 });
    expect(await client.removeThing({ params: { id: thing.id } })).toEqual({});
    const { items } = await client.listThings({ query: { tags: ["a", "b c"], heavy: false } });
    expect(items[0]?.query).toMatchObject({ tags: ["a", "b c"], heavy: false });
  });

  it("throws what the server says, by code", async () => {
    const client = clientAt(url);
    expect(await failure(client.getThing({ params: { id: "none" } }))).toMatchObject({
      code: "not_found",
      status: 404,
      message: "There is no such thing.",
    });
    const bad = await failure(client.addThing({ body: { label: "x".repeat(51) } }));
    expect(bad).toMatchObject({ code: "invalid_request", fields: [{ field: "label" }] });
    const refused = await failure(client.addThing({ body: { label: "x", fail: "refuse" } }));
    expect(refused).toMatchObject({ code: "conflict", reasons: ["buy another"] });
    expect(refused.requestId).not.toBeNull();
  });

  it("says unreachable when nobody answers, and that an answer is not ours", async () => {
    const nobody = createClient(shelfContract, { url: "http://127.0.0.1:1", retries: 0 });
    expect((await failure(nobody.listThings())).code).toBe("unreachable");
    const other = createServer((socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"));
    flaky.push(other);
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const there = createClient(shelfContract, {
      url: `http://127.0.0.1:${(other.address() as AddressInfo).port}`,
      retries: 0,
    });
    expect((await failure(there.listThings())).code).toBe("unreachable");
  });

  it.each([0, 60])("repeats what had no answer (cut after %i bytes) under the same key: one effect", async (bytes) => {
    const label = `cut after ${bytes}`;
    const client = clientAt(await cutting({ times: 2, bytes }));
    expect((await client.addThing({ body: { label } })).label).toBe(label);
    expect(shelf.effects.filter((effect) => effect === label)).toHaveLength(1);
  });

  it("does not repeat a change that has no key", async () => {
    const thing = await clientAt(url).addThing({ body: { label: "not repeated" } });
    const client = clientAt(await cutting({ times: 1, bytes: 0 }));
    const change = client.relabelThing({ params: { id: thing.id }, body: { label: "maybe" }, ifMatch: 1 });
    expect((await failure(change)).code).toBe("unreachable");
  });

  it.each(["", ".", ".."])("refuses %j as a part of a path", async (id) => {
    expect((await failure(clientAt(url).getThing({ params: { id } }))).code).toBe("invalid_request");
  });

  it.each(["a/b", "a?b", "a#b", "%2e%2e", "ä €"])("sends %j as one part of a path", async (id) => {
    shelf.things.set(id, { id, version: 1, label: "odd" });
    expect((await clientAt(url).getThing({ params: { id } })).id).toBe(id);
  });
});

describe("a stream", () => {
  async function numbers(events: AsyncIterable<{ n: number }>): Promise<number[]> {
    const all: number[] = [];
    for await (const { n } of events) all.push(n);
    return all;
  }
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  it("is read to its end", async () => {
    expect(await numbers(clientAt(url).countUp({ params: { to: 1000 } }))).toEqual(upTo(1000));
  });

  it("goes on behind the last event when the connection is lost, without one missing or twice", async () => {
    shelf.resumed.length = 0;
    const client = clientAt(await cutting({ times: 3, bytes: 20_000 }));
    expect(await numbers(client.countUp({ params: { to: 5000 } }))).toEqual(upTo(5000));
    expect(shelf.resumed).toHaveLength(4);
    expect(shelf.resumed[0]).toBeNull();
    expect(Number(shelf.resumed[1])).toBeGreaterThan(1);
  });

  it("begins where the caller says", async () => {
    expect(await numbers(clientAt(url).countUp({ params: { to: 5 }, lastEventId: "3" }))).toEqual([4, 5]);
  });

  it("throws the server's refusal at once", async () => {
    expect((await failure(numbers(clientAt(url).countUp({ params: { to: -1 } })))).code).toBe("invalid_request");
  });

  it("ends when the caller has enough, at both ends", async () => {
    for await (const { n } of clientAt(url).countUp({ params: { to: 10 }, query: { pauseAt: 3 } })) {
      if (n === 2) break;
    }
    const enough = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { n } of clientAt(url).countUp({
        params: { to: 10 },
        query: { pauseAt: 3 },
        signal: enough.signal,
      })) {
        seen.push(n);
        if (n === 2) enough.abort();
      }
    })();
    await expect(reading).rejects.toThrow(/abort/i);
    expect(seen).toEqual([1, 2]);
  });

  it("ends when the server shuts down", async () => {
    const other = await serve({
      db: test.db,
      sets: [shelf.set],
      authenticate: async () => testActor("ada"),
    });
    const response = await fetch(new URL("/v1/count/10?pauseAt=3", other.url), {
      headers: { authorization: "Bearer any-token-of-twenty-characters" },
    });
    const text = response.text();
    await other.server.close();
    expect(await text).not.toContain("event: end");
  });
});
