import { Registry } from "prom-client";
import type { Authenticate } from "../../auth/credentials.ts";
import type { Db } from "../../db/db.ts";
import { type Log, silentLog } from "../../log.ts";
import type { RouteSet } from "../handler.ts";
import { idempotencyStore } from "../idempotency-store.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "../server.ts";

/** The real server on a free port of the loopback, for tests. */
export async function serve(options: {
  db: Db;
  sets: readonly RouteSet[];
  authenticate: Authenticate;
  log?: Log;
  onUpgrade?: NonNullable<HttpServerOptions["onUpgrade"]>;
  onRefused?: NonNullable<HttpServerOptions["onRefused"]>;
  secure?: boolean;
  trustedProxies?: readonly string[];
}): Promise<{ url: string; server: HttpServer }> {
  const server = createHttpServer({
    sets: options.sets,
    authenticate: options.authenticate,
    idempotency: idempotencyStore(options.db),
    log: options.log ?? silentLog,
    metrics: new Registry(),
    notReady: async () => [],
    openApi: {},
    heartbeatMs: 200,
    secure: options.secure ?? false,
    trustedProxies: options.trustedProxies ?? [],
    ...(options.onRefused === undefined ? {} : { onRefused: options.onRefused }),
    ...(options.onUpgrade === undefined ? {} : { onUpgrade: options.onUpgrade }),
  });
  const { url } = await server.listen({ host: "127.0.0.1", port: 0 });
  return { url, server };
}

interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly body: any;
}

/** One request; `body` is sent as JSON. */
export async function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Reply> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}
