import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { type FastifyInstance, fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { portalFiles } from "./portal-files.ts";

const PAGE = "<!doctype html><title>Berth</title>";
let directory: string;
let app: FastifyInstance;

async function serve(dir: string): Promise<FastifyInstance> {
  const portal = portalFiles({ directory: dir, secure: false });
  const server = fastify();
  server.setNotFoundHandler(async (request, reply) =>
    portal.isFor(request) ? portal.send(request, reply) : reply.code(404).send({ code: "not_found" }),
  );
  return server;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "berth-portal-"));
  await mkdir(join(directory, "assets"));
  await writeFile(join(directory, "index.html"), PAGE);
  await writeFile(join(directory, "assets/main-Ab1.js"), "console.log(1)");
  await writeFile(join(directory, "assets/main-Ab1.js.br"), brotliCompressSync("console.log(1)"));
  await writeFile(join(directory, "sources.sha256"), "not for anybody");
  app = await serve(directory);
});
afterAll(async () => {
  await app.close();
  await rm(directory, { recursive: true });
});

describe("the portal's files", () => {
  it.each(["/", "/servers", "/servers/shop-app-1?tab=disks", "/sign-in"])("answer %s with the page", async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(PAGE);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["content-security-policy"]).toContain("script-src 'self'");
    expect(answer.headers["content-security-policy"]).not.toMatch(/script-src[^;]*unsafe/);
  });

  it.each([
    ["GET", "/v1/nothing"],
    ["GET", "/v1"],
    ["POST", "/servers"],
  ] as const)("leave %s %s to the API", async (method, url) => {
    expect((await app.inject({ method, url })).json()).toEqual({ code: "not_found" });
  });

  it("may be kept for ever where their names bear a hash, packed for who can unpack them", async () => {
    const packed = await app.inject({ url: "/assets/main-Ab1.js", headers: { "accept-encoding": "gzip, br" } });
    expect(packed.headers).toMatchObject({
      "content-encoding": "br",
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
      vary: "accept-encoding",
    });
    expect(brotliDecompressSync(packed.rawPayload).toString()).toBe("console.log(1)");
    const plain = await app.inject({ url: "/assets/main-Ab1.js", headers: { "accept-encoding": "br;q=0, identity" } });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.body).toBe("console.log(1)");
  });

  it.each([
    "/assets/gone-Ab1.js",
    "/assets/../../etc/passwd",
    "/assets/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2fetc%2fpasswd",
    "/assets/.hidden.js",
    "/assets/",
  ])("are no way to %s", async (url) => {
    const answer = await app.inject({ url });
    expect(answer.body).not.toContain("root:");
    expect([404, 200]).toContain(answer.statusCode);
    // What is not found is never answered with the page where a script was asked for.
    if (url.endsWith(".js")) expect(answer.statusCode).toBe(404);
  });

  it("say how to build them where they are not there", async () => {
    const empty = await serve(join(directory, "nothing"));
    const answer = await empty.inject({ url: "/" });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain("./berth up");
    await empty.close();
  });
});
