import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import { portalHeaders } from "./security-headers.ts";

/** Serves the portal as it was built: a page, and files that it names. Holds nothing, so a new build is seen at once. */
export interface PortalFiles {
  /** Whether this is for the portal at all: what the API does not know is not found, for whoever asks as a program. */
  isFor(request: FastifyRequest): boolean;
  send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".json": "application/json",
};
/** The build writes each text in these forms too. */
const ENCODINGS = [
  { name: "br", ending: ".br" },
  { name: "gzip", ending: ".gz" },
] as const;
/** A name of one file, in `assets/` or beside the page; nothing that could lead elsewhere. */
const FILE = /^\/(?:assets\/)?[A-Za-z0-9_-][A-Za-z0-9._-]*\.[a-z0-9]+$/;
const NOT_PAGES = /^\/(?:v1|assets)(?:\/|$)/;

export function portalFiles(options: { readonly directory: string; readonly secure: boolean }): PortalFiles {
  const headers = portalHeaders(options);
  return {
    isFor: ({ method, url }) => {
      if (method !== "GET" && method !== "HEAD") return false;
      const path = pathOf(url);
      return FILE.test(path) || !NOT_PAGES.test(path);
    },
    send: async (request, reply) => {
      reply.headers(headers);
      const path = pathOf(request.url);
      const type = FILE.test(path) ? TYPES[extname(path)] : undefined;
      const isFile = type !== undefined;
      const name = isFile ? path.slice(1) : "index.html";
      const found = await readEncoded(join(options.directory, name), encodingsOf(request));
      if (found === null) return isFile ? notFound(reply) : notBuilt(reply);
      reply.header("vary", "accept-encoding");
      if (found.encoding !== null) reply.header("content-encoding", found.encoding);
      // Files in assets/ have a hash of what they hold in their names.
      const isForEver = name.startsWith("assets/");
      reply.header("cache-control", isForEver ? "public, max-age=31536000, immutable" : "no-store");
      return reply.type(type ?? TYPES[".html"] ?? "").send(request.method === "HEAD" ? "" : found.bytes);
    },
  };
}

async function readEncoded(
  file: string,
  accepted: ReadonlySet<string>,
): Promise<{ bytes: Buffer; encoding: string | null } | null> {
  for (const { name, ending } of ENCODINGS) {
    const bytes = accepted.has(name) ? await read(`${file}${ending}`) : null;
    if (bytes !== null) return { bytes, encoding: name };
  }
  const bytes = await read(file);
  return bytes === null ? null : { bytes, encoding: null };
}

async function read(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch {
    return null;
  }
}

/** `br;q=0` is a refusal. */
function encodingsOf(request: FastifyRequest): ReadonlySet<string> {
  const header = String(request.headers["accept-encoding"] ?? "");
  const accepted = header
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part));
  return new Set(accepted.map((part) => part.split(";", 1)[0] ?? ""));
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .header("cache-control", "no-store")
    .type("text/plain; charset=utf-8")
    .send("There is no such file.\n");
}

function notBuilt(reply: FastifyReply): FastifyReply {
  return reply.code(503).header("cache-control", "no-store").type("text/html; charset=utf-8").send(NOT_BUILT);
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Berth</title></head>
<body>
<h1>Berth runs, and its portal is not built yet</h1>
<p>Stop Berth and start it by <code>./berth up</code>, which builds the portal when it is missing or older than its
sources. The API and the command line work without it.</p>
</body>
</html>
`;

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "/";
}
