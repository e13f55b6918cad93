import { Readable } from "node:stream";
import type { Route } from "@berth/api/route.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  type Authenticate,
  type Credentials,
  CSRF_HEADER,
  needsCsrfHeader,
  readCookie,
  readCredentials,
} from "../auth/credentials.ts";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import { accessProblem } from "./access.ts";
import { etagOf, readIfMatch } from "./etag.ts";
import type { Actor, Handler, RouteRequest } from "./handler.ts";
import type { HttpMetrics } from "./http-metrics.ts";
import { type Answer, type IdempotencyStore, once, readKey, requestHash } from "./idempotency.ts";
import { toAppError } from "./problem.ts";
import { textReader } from "./query.ts";
import { createRateLimit } from "./rate-limit.ts";
import { sendStream } from "./sse.ts";
import { validate } from "./validate.ts";

export interface Mount {
  readonly operation: string;
  readonly route: Route;
  readonly handler: Handler<Route>;
  readonly authenticate: Authenticate;
  readonly idempotency: IdempotencyStore;
  readonly metrics: HttpMetrics;
  readonly log: Log;
  readonly heartbeatMs?: number;
  /** Is told of changes that somebody who has signed in was not allowed. */
  readonly onRefused?: (refused: Refused) => Promise<void>;
  /** Aborted when the server shuts down. */
  readonly ending: AbortSignal;
}

export interface Refused {
  readonly actor: Actor;
  readonly operation: string;
  readonly path: string;
  readonly reason: string;
}

interface Caller {
  readonly actor: Actor;
  readonly credentials: Credentials | null;
}

/** A handler's precise types come from its own route; the mount sees them all and knows only that they were validated. */
type AskedParts = Pick<RouteRequest<Route>, "params" | "query" | "body">;

const NOBODY: Caller = {
  actor: { userId: null, name: "nobody", roles: [], grants: [], scope: "read" },
  credentials: null,
};
const HEARTBEAT_MS = 15_000;

/** Puts one route of the contract on the server: who may, what is asked, do, answer. */
export function mountRoute(app: FastifyInstance, mount: Mount): void {
  const { route, operation } = mount;
  const params = textReader(route.params);
  const query = textReader(route.query);
  const callers = new WeakMap<FastifyRequest, Caller>();
  const limit = route.callsPerMinute === undefined ? null : createRateLimit({ callsPerMinute: route.callsPerMinute });

  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{([^}]+)\}/g, ":$1"),
    ...(route.bodyLimitBytes === undefined ? {} : { bodyLimit: route.bodyLimitBytes }),
    // Before the body is read: a stranger's megabyte is not worth parsing.
    onRequest: async (request, reply) => {
      const waitSeconds = limit?.secondsToWait(request.ip, Date.now()) ?? 0;
      if (waitSeconds > 0) {
        reply.header("retry-after", String(waitSeconds));
        throw new AppError("too_many_requests", `Too many calls from your address. Wait ${waitSeconds} seconds.`);
      }
      const caller = await callerOf(request, mount);
      const origin = { address: request.ip, requestId: request.id };
      callers.set(request, { ...caller, actor: { ...caller.actor, origin } });
      refuseStrangers(request, route, caller);
    },
    onError: async (request, _reply, error) => {
      const known = toAppError(error);
      const actor = callers.get(request)?.actor;
      if (known.code !== "forbidden" || request.method === "GET" || actor === undefined) return;
      await mount.onRefused?.({ actor, operation, path: pathOf(request.url), reason: known.message });
    },
    onResponse: async (request, reply) => {
      const seconds = reply.elapsedTime / 1000;
      mount.metrics.observe({ operation, method: request.method, status: reply.statusCode, seconds });
      const facts = {
        requestId: request.id,
        operation,
        status: reply.statusCode,
        tookMs: Math.round(reply.elapsedTime),
      };
      if (request.method === "GET") mount.log.debug("request served", facts);
      else mount.log.info("request served", facts);
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) ?? NOBODY;
      const asked = {
        params: route.params && validate(route.params, params.params(request.params as Record<string, string>)),
        query: readQuery(route, query.query(request.raw.url ?? "")),
        body: readBody(route, request.body),
      } as AskedParts;
      const signal = AbortSignal.any([mount.ending, goneSignal(reply)]);
      const key = route.starts === true ? readKey(request.headers["idempotency-key"]) : "";
      const keyed = {
        caller: caller.actor.userId ?? "nobody",
        key,
        operation,
        hash: requestHash({ operation, url: request.url, body: asked.body }),
      };
      const status = route.status ?? 200;
      const call: RouteRequest<Route> = {
        ...asked,
        ...caller,
        idempotencyKey: key,
        ifMatch: route.versioned === true ? readIfMatch(request.headers["if-match"]) : 0,
        lastEventId: headerText(request.headers["last-event-id"]),
        recordAnswer: (tx, body) => mount.idempotency.record(keyed, { status, body }, tx),
        cookie: (name) => readCookie(request.headers, name),
        userAgent: request.headers["user-agent"]?.slice(0, 300) ?? null,
        setHeader: (name, value) => void reply.header(name, value),
        remoteAddress: request.ip,
        requestId: request.id,
        // A write is not cut because its client hangs up: it would not know what happened either way.
        signal: route.method === "GET" ? signal : new AbortController().signal,
        log: mount.log.child({ requestId: request.id, operation }),
      };

      if (route.stream === true) return await stream(mount, call, reply, signal);
      if (route.lines === true) return await sendLines(mount, call, reply, signal);
      const handle = async (): Promise<Answer> => ({ status, body: rendered(mount, await mount.handler(call)) });
      if (route.starts !== true) return send(reply, await handle());
      const { answer, replayed } = await once(mount.idempotency, keyed, { signal, handle });
      if (replayed) reply.header("idempotency-replayed", "true");
      return send(reply, answer);
    },
  });
}

async function callerOf(request: FastifyRequest, mount: Mount): Promise<Caller> {
  if (mount.route.rule === "public") return NOBODY;
  const credentials = readCredentials(request.headers);
  const actor = credentials === null ? null : await mount.authenticate(credentials);
  if (credentials !== null && actor !== null) return { actor, credentials };
  throw accessProblem(mount.route, null) ?? new AppError("unauthenticated", "Sign in first.");
}

/** Whom the rule of the route keeps out, and what another site may have made a browser send. */
function refuseStrangers(request: FastifyRequest, route: Route, { actor, credentials }: Caller): void {
  if (credentials === null) return;
  const problem = accessProblem(route, actor);
  if (problem !== null) throw problem;
  if (needsCsrfHeader(credentials, request.method) && request.headers[CSRF_HEADER] === undefined) {
    throw new AppError("forbidden", `With a session cookie, the header ${CSRF_HEADER}: 1 is required for changes.`);
  }
}

function readQuery(route: Route, texts: Record<string, unknown>): Record<string, unknown> | undefined {
  if (route.query !== undefined) return validate(route.query, texts);
  const names = Object.keys(texts);
  if (names.length === 0) return undefined;
  const fields = names.map((field) => ({ field: field.slice(0, 100), message: "is not a known parameter" }));
  throw new AppError("invalid_request", "This route takes no query parameters.", { fields });
}

function readBody(route: Route, body: unknown): unknown {
  // Nothing at all is an object without fields: so a route whose fields are all optional needs no body.
  if (route.body !== undefined) return validate(route.body, body === undefined ? {} : body);
  if (body === undefined || JSON.stringify(body) === "{}") return undefined;
  throw new AppError("invalid_request", "This route takes no body.");
}

/** What the contract promises, and nothing that it does not name: a forgotten secret stays inside. */
function rendered(mount: Mount, answer: unknown): unknown {
  if (mount.route.status === 204 || mount.route.status === 302) return undefined;
  const result = mount.route.response.safeParse(answer);
  if (result.success) return result.data;
  throw new Error(`the answer of ${mount.operation} is not what the contract says`, { cause: result.error });
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  const etag = etagOf(answer.body);
  if (etag !== null) reply.header("etag", etag);
  if (answer.status === 204 || answer.status === 302) return reply.code(answer.status).send();
  return reply.code(answer.status).type("application/json").send(JSON.stringify(answer.body));
}

async function stream(
  mount: Mount,
  call: RouteRequest<Route>,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<FastifyReply> {
  const events = (await mount.handler({ ...call, signal })) as AsyncIterable<unknown>;
  reply.hijack();
  await sendStream(reply.raw, parsed(mount, events), {
    headers: reply.getHeaders() as Record<string, string>,
    requestId: call.requestId,
    heartbeatMs: mount.heartbeatMs ?? HEARTBEAT_MS,
    signal,
    onError: (error) => call.log.warn("a stream ended with an error", { error }),
  });
  return reply;
}

async function* parsed(mount: Mount, events: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const event of events) yield rendered(mount, event);
}

/** As fast as the client reads. What goes wrong on the way cuts the connection, so that half is not taken for all. */
async function sendLines(
  mount: Mount,
  call: RouteRequest<Route>,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<FastifyReply> {
  const items = (await mount.handler({ ...call, signal })) as AsyncIterable<unknown>;
  const lines = async function* () {
    for await (const item of items) {
      signal.throwIfAborted();
      yield `${JSON.stringify(rendered(mount, item))}\n`;
    }
  };
  return reply.type("application/x-ndjson").send(Readable.from(lines()));
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
}

/** Without the query: it may hold what somebody looked for. */
export function pathOf(url: string): string {
  return url.split("?", 1)[0]?.slice(0, 200) ?? "";
}

function headerText(header: string | string[] | undefined): string | null {
  return typeof header === "string" && header.length <= 200 ? header : null;
}
