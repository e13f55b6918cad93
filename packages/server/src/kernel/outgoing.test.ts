import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { createOutgoing } from "./outgoing.ts";

const servers: Server[] = [];
const call = () => ({ signal: AbortSignal.timeout(30_000) });
const open = createOutgoing({ allow: ["127.0.0.0/8"] });

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("what is called out to", () => {
  it.each([
    "http://127.0.0.1:1/",
    "http://localhost:1/",
    "http://0x7f.1:1/",
    "http://2130706433/",
    "http://[::1]:1/",
    "http://[::ffff:127.0.0.1]:1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/",
    "http://0.0.0.0/",
  ])("is never %s", async (url) => {
    await expect(createOutgoing().request({ url, method: "GET" }, call())).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it.each(["ftp://example.org/x", "file:///etc/passwd", "http://user:pw@example.org/", "nonsense"])(
    "is not %s",
    async (url) => {
      await expect(open.download(url, call())).rejects.toMatchObject({ code: "invalid_request" });
    },
  );

  it("is a denied network neither, though its address is ordinary", async () => {
    const strict = createOutgoing({ deny: ["10.77.0.0/24"] });
    await expect(strict.request({ url: "http://10.77.0.5/", method: "GET" }, call())).rejects.toMatchObject({
      code: "invalid_request",
    });
  });
});

it("sends a body and gives the status and the first 64 KiB of the answer", async () => {
  const url = await serve(async (incoming, answer) => {
    answer.writeHead(418).end(`${incoming.method} ${await text(incoming)} ${"x".repeat(200_000)}`);
  });
  const answer = await open.request({ url, method: "POST", body: '{"a":1}' }, call());
  expect(answer.status).toBe(418);
  expect(answer.text.startsWith('POST {"a":1} xxx')).toBe(true);
  expect(answer.text.length).toBe(64 * 1024);
});

it("checks every redirect, and follows few", async () => {
  const loop = await serve((_incoming, answer) => answer.writeHead(302, { location: "/again" }).end());
  await expect(open.download(loop, call())).rejects.toMatchObject({ code: "unavailable" });
  const away = await serve((_incoming, answer) => answer.writeHead(302, { location: "http://169.254.169.254/" }).end());
  await expect(open.download(away, call())).rejects.toMatchObject({ code: "invalid_request" });
  const end = await serve((incoming, answer) =>
    incoming.url === "/end" ? answer.end("here") : answer.writeHead(301, { location: "/end" }).end(),
  );
  const { body, sizeBytes } = await open.download(end, call());
  expect([await text(body), sizeBytes]).toEqual(["here", 4]);
});
