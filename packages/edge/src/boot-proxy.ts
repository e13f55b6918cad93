import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { BOOT_HTTP_PORT, BOOT_HTTPS_PORT, type BootUpstream } from "@berth/api/edge.ts";
import { log, reasonOf } from "./log.ts";

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 2000;
const IDLE_MS = 120_000;
const METHODS = new Set(["GET", "HEAD", "POST"]);
// Only these come in: a booting machine has nothing else to say, and `x-berth-*` is ours alone.
const PASSED_IN = ["authorization", "content-type", "content-length", "range", "if-range", "user-agent", "accept"];
const PASSED_OUT = ["content-type", "content-length", "content-range", "accept-ranges", "etag", "cache-control"];

export interface BootProxy {
  /** Serves booting machines at these addresses, and at no others. */
  listen(addresses: readonly string[]): Promise<void>;
  setUpstream(boot: BootUpstream): Promise<void>;
  close(): Promise<void>;
}

/** Passes `/boot/*` of booting machines on to the controller, as streams in both directions. */
export function createBootProxy(site: string): BootProxy {
  let boot: BootUpstream | null = null;
  let addresses: readonly string[] = [];
  const servers = new Map<string, Server>();

  const pass = (incoming: IncomingMessage, answer: ServerResponse, tls: boolean) => {
    if (boot === null) return end(answer, 503, "no controller has introduced itself yet");
    if (!METHODS.has(incoming.method ?? "") || !isBootPath(incoming.url ?? "")) return end(answer, 404, "not here");
    if (Number(incoming.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return end(answer, 413, "too large");
    const onward = request({
      socketPath: boot.upstream,
      method: incoming.method,
      path: incoming.url,
      headers: { ...pick(incoming.headers, PASSED_IN), ...originOf(incoming, site, tls) },
      timeout: IDLE_MS,
    });
    onward.once("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, pick(response.headers, PASSED_OUT));
      response.pipe(answer);
      // A stream that was cut must look cut, so that the machine resumes it rather than believing the end.
      response.once("error", () => answer.destroy());
    });
    onward.once("timeout", () => onward.destroy(new Error("no answer in time")));
    onward.once("error", (error) => {
      if (answer.headersSent) answer.destroy();
      else end(answer, 502, "the controller does not answer");
      log("warn", "boot request failed", { path: (incoming.url ?? "").split("?")[0], reason: reasonOf(error) });
    });
    answer.once("close", () => onward.destroy());
    let received = 0;
    incoming.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received <= MAX_BODY_BYTES) return;
      onward.destroy(new Error("too large"));
      incoming.destroy();
    });
    incoming.pipe(onward);
  };

  const open = async (address: string, tls: boolean) => {
    const limits = { maxHeaderSize: 8192, headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 5_000 };
    const handle = (incoming: IncomingMessage, answer: ServerResponse) => pass(incoming, answer, tls);
    const pair = boot?.tls;
    const server =
      tls && pair
        ? createTlsServer({ ...limits, cert: pair.certificate, key: pair.key, minVersion: "TLSv1.2" }, handle)
        : createServer(limits, handle);
    server.maxConnections = MAX_CONNECTIONS;
    server.on("clientError", (_error, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: address, port: tls ? BOOT_HTTPS_PORT : BOOT_HTTP_PORT }, resolve);
    });
    return server;
  };

  const settle = async () => {
    const wanted = new Set(addresses.flatMap((a) => (boot?.tls ? [`http ${a}`, `https ${a}`] : [`http ${a}`])));
    for (const [key, server] of servers) {
      if (wanted.has(key)) continue;
      servers.delete(key);
      await closeServer(server);
    }
    for (const key of wanted) {
      if (servers.has(key)) continue;
      const [scheme = "", address = ""] = key.split(" ");
      servers.set(key, await open(address, scheme === "https"));
    }
  };

  return {
    async listen(next) {
      addresses = [...new Set(next)];
      await settle();
    },
    async setUpstream(next) {
      const isNewPair = next.tls?.certificate !== boot?.tls?.certificate || next.tls?.key !== boot?.tls?.key;
      boot = next;
      for (const [key, server] of servers) {
        if (!isNewPair || !key.startsWith("https ")) continue;
        servers.delete(key);
        await closeServer(server);
      }
      await settle();
    },
    async close() {
      addresses = [];
      await settle();
    },
  };
}

/** Exactly what the controller serves: no dot segments, no encoded slashes, no control characters. */
export function isBootPath(url: string): boolean {
  const [path = ""] = url.split("?");
  return /^\/boot\/[A-Za-z0-9/._-]{1,200}$/.test(path) && !path.includes("..") && /^[\x21-\x7e]{1,2000}$/.test(url);
}

function originOf(incoming: IncomingMessage, site: string, tls: boolean): Record<string, string> {
  const { remoteAddress = "", localAddress = "", localPort = 0 } = incoming.socket;
  return {
    "x-berth-site": site,
    "x-berth-peer": plain(remoteAddress),
    "x-berth-tls": tls ? "1" : "0",
    "x-berth-local": `${plain(localAddress)}:${localPort}`,
  };
}

const plain = (address: string) => address.replace(/^::ffff:/, "");

function pick(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

function end(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { "content-type": "text/plain", connection: "close" }).end(`${text}\n`);
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
