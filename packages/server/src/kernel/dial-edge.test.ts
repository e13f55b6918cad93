import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dialOf } from "./dial-edge.ts";

let folder: string;
let echo: Server;
let edge: HttpServer;
let silent = false;
const call = () => ({ signal: AbortSignal.timeout(20_000) });
const port = () => (echo.address() as AddressInfo).port;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-dial-"));
  silent = false;
  echo = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.write("hello ");
    socket.pipe(socket);
  }).listen(0, "127.0.0.1");
  edge = createHttpServer();
  edge.on("connect", (request, client: Duplex) => {
    if (silent) return;
    const [host = "", to = ""] = (request.url ?? "").split(":");
    const target = connect({ host, port: Number(to) });
    target.once("error", () => client.end("HTTP/1.1 502 Connection refused\r\n\r\n"));
    client.on("error", () => target.destroy());
    // The greeting leaves together with the answer, as a fast target's would.
    target.once("data", (greeting) => {
      client.write(Buffer.concat([Buffer.from("HTTP/1.1 200 Connected\r\n\r\n"), greeting]));
      client.pipe(target).pipe(client);
    });
  });
  edge.listen(join(folder, "edge.sock"));
  await Promise.all([once(echo, "listening"), once(edge, "listening")]);
});

afterEach(async () => {
  echo.close();
  edge.closeAllConnections();
  edge.close();
  await rm(folder, { recursive: true });
});

async function readText(stream: Duplex, length: number): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length >= length) break;
  }
  return text;
}

describe.each(["direct", "edge"] as const)("dial %s", (kind) => {
  const dial = () => dialOf(kind === "edge" ? { kind, socket: join(folder, "edge.sock"), interfaces: {} } : {});

  it("carries bytes both ways, from the first one on", async () => {
    const stream = await dial()({ host: "127.0.0.1", port: port() }, call());
    stream.write("world");
    expect(await readText(stream, 11)).toBe("hello world");
    stream.destroy();
  });

  it("outlives the call that opened it", async () => {
    const opening = new AbortController();
    const stream = await dial()({ host: "127.0.0.1", port: port() }, { signal: opening.signal });
    opening.abort();
    stream.write("world");
    expect(await readText(stream, 11)).toBe("hello world");
    stream.destroy();
  });

  it("says unreachable when nobody listens", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const closed = (free.address() as AddressInfo).port;
    free.close();
    await expect(dial()({ host: "127.0.0.1", port: closed }, call())).rejects.toMatchObject({
      failure: "unreachable",
      ambiguous: false,
    });
  });

  it("refuses names", async () => {
    await expect(dial()({ host: "localhost", port: 1 }, call())).rejects.toMatchObject({ failure: "rejected" });
  });
});

it("stops waiting for an edge that says nothing", async () => {
  silent = true;
  const dial = dialOf({ kind: "edge", socket: join(folder, "edge.sock") });
  await expect(dial({ host: "127.0.0.1", port: port() }, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
    failure: "unreachable",
  });
});

it("says unreachable when the edge is not there", async () => {
  const dial = dialOf({ kind: "edge", socket: join(folder, "gone.sock") });
  await expect(dial({ host: "127.0.0.1", port: port() }, call())).rejects.toMatchObject({ failure: "unreachable" });
});
