import { chown, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";

/** JSON over HTTP on a UNIX socket: how the parts of a lab talk, and how others talk to the lab. */

const MAX_BODY_BYTES = 1_000_000;
const MAX_SOCKET_PATH_BYTES = 107;

/** By `METHOD /path`; gets the parsed body (undefined without one) and what it returns is the answer. */
export type JsonRoutes = Record<string, (body: unknown) => unknown>;

/** The fault of whoever asked, in words for them. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly status: number;

  constructor(status: 400 | 404 | 409 | 503, message: string) {
    super(message);
    this.status = status;
  }
}

export async function serveJson(
  socketPath: string,
  owner: { uid: number; gid: number } | null,
  routes: JsonRoutes,
): Promise<{ close(): Promise<void> }> {
  if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES) {
    throw new Error(`the path of a UNIX socket must be shorter than 108 bytes: ${socketPath}`);
  }
  await rm(socketPath, { force: true });
  const server = createServer((req, res) => void answer(routes, req, res));
  // Nobody but root and the owner may open it, not even between bind and chmod.
  const umask = process.umask(0o177);
  try {
    await listen(server, socketPath);
  } finally {
    process.umask(umask);
  }
  if (owner !== null) await chown(socketPath, owner.uid, owner.gid);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Rejects with the answer's own words where there is one. */
export async function callJson(
  socketPath: string,
  method: string,
  path: string,
  options: { body?: unknown; timeoutMs?: number } = {},
): Promise<unknown> {
  const text = options.body === undefined ? "" : JSON.stringify(options.body);
  const signal = AbortSignal.timeout(options.timeoutMs ?? 60_000);
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const outgoing = request(
      {
        socketPath,
        method,
        path,
        signal,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) },
      },
      (res) => {
        readText(res, 64 * MAX_BODY_BYTES).then((said) => resolve({ status: res.statusCode ?? 0, body: said }), reject);
      },
    );
    outgoing.once("error", reject);
    outgoing.end(text);
  });
  const value: unknown = body === "" ? null : JSON.parse(body);
  if (status >= 400) throw new RefusedCall(status, errorText(value) ?? `${method} ${path} was answered with ${status}`);
  return value;
}

export class RefusedCall extends Error {
  override readonly name = "RefusedCall";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function answer(routes: JsonRoutes, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const send = (status: number, value: unknown) => {
    res.writeHead(status, { "content-type": "application/json" });
    res.end(`${JSON.stringify(value)}\n`);
  };
  try {
    const route = routes[`${req.method} ${(req.url ?? "/").split("?")[0]}`];
    if (route === undefined) throw new RefusedError(404, "there is no such call");
    const text = await readText(req, MAX_BODY_BYTES);
    send(200, await route(text === "" ? undefined : parse(text)));
  } catch (error) {
    if (error instanceof RefusedError) return send(error.status, { error: error.message });
    send(500, { error: error instanceof Error ? error.message : "unknown error" });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedError(400, "the body is not JSON");
  }
}

async function readText(stream: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  const seen = { bytes: 0 };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    seen.bytes += chunk.length;
    if (seen.bytes > maxBytes) throw new RefusedError(400, "the body is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function errorText(value: unknown): string | null {
  if (typeof value !== "object" || value === null || !("error" in value)) return null;
  return typeof value.error === "string" ? value.error : null;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
}
