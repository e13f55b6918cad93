import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Contract } from "@berth/api/route.ts";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import type { Authenticate } from "../auth/credentials.ts";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import { isAccessRule } from "./access.ts";
import type { RouteSet } from "./handler.ts";
import { httpMetrics } from "./http-metrics.ts";
import type { IdempotencyStore } from "./idempotency.ts";
import { parseJson } from "./json.ts";
import { mountRoute, pathOf, type Refused } from "./mount.ts";
import { portalFiles } from "./portal-files.ts";
import { toAppError, toProblem } from "./problem.ts";
import { apiHeaders } from "./security-headers.ts";
import { mountSystemRoutes, type SystemRoutes } from "./system-routes.ts";
import { watchUnusedConnections } from "./unused-connections.ts";

export interface HttpServerOptions extends SystemRoutes {
  readonly sets: readonly RouteSet[];
  readonly authenticate: Authenticate;
  readonly idempotency: IdempotencyStore;
  readonly log: Log;
  readonly heartbeatMs?: number;
  /** Is told of changes that somebody who has signed in was not allowed. */
  readonly onRefused?: (refused: Refused) => Promise<void>;
  /** It is reached over TLS: browsers are told to use nothing else. */
  readonly secure?: boolean;
  /** Addresses (CIDR) whose word in X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[];
  /** Where the portal's built files are. Without it there is only the API. */
  readonly portalDir?: string;
  /** Takes connections that ask to become something else than HTTP. Without it they are answered as plain requests. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface HttpServer {
  /** Port 0 takes any free one. */
  listen(address: { host: string; port: number }): Promise<{ url: string }>;
  /** Ends streams at once, lets other requests finish for a while, and closes. */
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 1024 * 1024;
const DRAIN_MS = 10_000;
const SWEEP_MS = 3_600_000;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The server of everything in the contract. Refuses to be made with a route that lacks its rule or its handler. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { log, secure = false } = options;
  const ending = new AbortController();
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 60_000,
    exposeHeadRoutes: false,
    // Queries are read from the raw URL by `query.ts`, strictly.
    routerOptions: { querystringParser: () => ({}), maxParamLength: 300 },
    requestIdHeader: false,
    trustProxy: [...(options.trustedProxies ?? [])],
    genReqId: (raw) => {
      const wish = raw.headers["x-request-id"];
      return typeof wish === "string" && REQUEST_ID.test(wish) ? wish : randomUUID();
    },
    frameworkErrors: (error, request, reply) => sendProblem(reply, error, { requestId: request.id, secure }),
    clientErrorHandler: (error, socket) => {
      if (error.code === "ECONNRESET" || !socket.writable) return;
      const body = JSON.stringify(
        toProblem(new AppError("invalid_request", "This is not well-formed HTTP."), randomUUID()),
      );
      socket.end(
        `HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      const bytes = body as Buffer;
      done(null, bytes.length === 0 ? undefined : parseJson(bytes));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(apiHeaders({ requestId: request.id, secure }));
  });
  app.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    if (known.code === "internal") log.error("request failed", { requestId: request.id, url: request.url, error });
    return sendProblem(reply, known, { requestId: request.id, secure });
  });
  const portal = options.portalDir === undefined ? null : portalFiles({ directory: options.portalDir, secure });
  app.setNotFoundHandler(async (request, reply) => {
    if (portal?.isFor(request)) return portal.send(request, reply);
    const error = new AppError("not_found", `There is no ${request.method} ${pathOf(request.url)}.`);
    return sendProblem(reply, error, { requestId: request.id, secure });
  });

  const { onUpgrade } = options;
  if (onUpgrade !== undefined) {
    app.server.on("upgrade", (request, socket, head) => {
      // The server forgets a connection that it hands over, but waits for its end when it closes.
      const end = () => socket.destroy();
      ending.signal.addEventListener("abort", end, { once: true });
      socket.once("close", () => ending.signal.removeEventListener("abort", end));
      onUpgrade(request, socket, head);
    });
  }

  mountSystemRoutes(app, options);
  const metrics = httpMetrics(options.metrics);
  const mounted = new Set<string>();
  for (const { contract, handlers } of options.sets) {
    for (const [operation, route] of Object.entries(contract)) {
      const handler = handlers[operation];
      if (handler === undefined) throw new Error(`operation ${operation} has no handler`);
      if (!isAccessRule(route.rule)) throw new Error(`operation ${operation} does not say who may call it`);
      if (mounted.has(operation)) throw new Error(`there are two operations ${operation}`);
      mounted.add(operation);
      mountRoute(app, { ...options, metrics, ending: ending.signal, operation, route, handler });
    }
  }

  const cutUnused = watchUnusedConnections(app.server);
  const sweeper = setInterval(() => {
    options.idempotency
      .sweep()
      .catch((error: unknown) => log.warn("old idempotency keys could not be dropped", { error }));
  }, SWEEP_MS);
  sweeper.unref();

  return {
    async listen(address) {
      await app.listen(address);
      const { port, family } = app.server.address() as AddressInfo;
      return { url: `http://${family === "IPv6" ? `[${address.host}]` : address.host}:${port}` };
    },
    async close() {
      clearInterval(sweeper);
      ending.abort();
      cutUnused();
      const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
      await app.close();
      clearTimeout(cut);
    },
  };
}

/** All operations of these sets, as one contract: what OpenAPI and the tests look at. */
export function contractOf(sets: readonly RouteSet[]): Contract {
  return Object.assign({}, ...sets.map((set) => set.contract)) as Contract;
}

function sendProblem(reply: FastifyReply, error: unknown, about: { requestId: string; secure: boolean }): FastifyReply {
  const problem = toProblem(error, about.requestId);
  if (problem.code === "unauthenticated") reply.header("www-authenticate", 'Bearer realm="berth"');
  return (
    reply
      // Once more: what failed before the hooks has none yet.
      .headers(apiHeaders(about))
      .code(problem.status)
      .type("application/problem+json")
      // As bytes: to a text Fastify would add a charset, which the type does not have.
      .send(Buffer.from(JSON.stringify(problem)))
  );
}

export type App = FastifyInstance;
