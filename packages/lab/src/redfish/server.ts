import { createHash, randomUUID } from "node:crypto";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Hardware } from "../hardware.ts";
import { consoleSockets } from "./consoles.ts";
import { type RedfishFaults, redfishFaultBox } from "./faults.ts";
import { notFound, problemBody, RedfishProblem } from "./problem.ts";
import { ROOT } from "./resources.ts";
import { type Credentials, sessionBook } from "./sessions.ts";
import { readResource, type Service } from "./tree.ts";
import { changeResource, internal, runAction } from "./writes.ts";

const MAX_BODY_BYTES = 64 * 1024;
const SLOW_MS = 2_000;
const SILENT_MS = 120_000;

export interface RedfishServerOptions {
  readonly hardware: readonly Hardware[];
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM; null serves plain HTTP, for clients that cannot pin. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  readonly credentials: Credentials;
  readonly faults?: RedfishFaults;
}

export interface RedfishServer {
  readonly url: string;
  readonly port: number;
  readonly faults: RedfishFaults;
  close(): Promise<void>;
}

/** A Redfish service by DSP0266 that speaks for all the given hardware. */
export async function startRedfishServer(options: RedfishServerOptions): Promise<RedfishServer> {
  const service: Service = {
    uuid: randomUUID(),
    hardware: new Map(options.hardware.map((hardware) => [hardware.id, hardware])),
    sessions: sessionBook(options.credentials, () => Date.now()),
    faults: options.faults ?? redfishFaultBox(),
    lastResetAt: new Map(),
    onceReadsContinuous: new Set(),
  };
  const stopListening = options.hardware.map((hardware) =>
    hardware.onEvent((event) => {
      if (event.kind !== "off") service.lastResetAt.set(hardware.id, event.at);
    }),
  );
  const listener: RequestListener = (request, response) => void answer(service, request, response);
  const server = options.tls === null ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  server.keepAliveTimeout = 60_000;
  const consoles = consoleSockets(
    (id) => service.hardware.get(id) ?? null,
    (request) => isSignedIn(service, request),
  );
  server.on("upgrade", consoles.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.listen.port, options.listen.host, () => resolve());
  });
  // A TCP server's address is never a string or null while it listens.
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === null ? "http" : "https"}://${options.listen.host}:${port}`,
    port,
    faults: service.faults,
    async close() {
      for (const stop of stopListening) stop();
      consoles.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader("OData-Version", "4.0");
  response.setHeader("Cache-Control", "no-cache");
  response.on("error", () => {});
  try {
    await route(service, request, response);
  } catch (error) {
    const problem = error instanceof RedfishProblem ? error : internal();
    if (problem.status === 503) response.setHeader("Retry-After", "1");
    send(response, problem.status, problemBody(problem));
  }
}

async function route(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://bmc");
  const path = url.pathname.replace(/\/+$/, "");
  const method = request.method ?? "GET";
  if (method === "GET" && path === "/redfish") return send(response, 200, { v1: `${ROOT}/` });
  if (method === "GET" && path === `${ROOT}/odata`) return send(response, 200, odataDocument());
  if (method === "GET" && path === `${ROOT}/$metadata`) return sendMetadata(response);
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) throw notFound(url.pathname);
  const segments = path
    .slice(ROOT.length + 1)
    .split("/")
    .filter((s) => s !== "")
    .map(decode);
  const isRoot = segments.length === 0;
  const systemId =
    (segments[0] === "Systems" || segments[0] === "Managers") && segments[1] !== undefined ? segments[1] : null;

  const isLogin = method === "POST" && path === `${ROOT}/SessionService/Sessions`;
  if (!isRoot && service.faults.take("silent", systemId)) return leaveWaiting(response);
  if (!isRoot) await misbehave(service, systemId);
  if (isLogin) return logIn(service, await readBody(request), response);
  if (!isRoot || method !== "GET") checkAccess(service, request);

  switch (method) {
    case "GET":
    case "HEAD": {
      const skip = z.coerce
        .number()
        .int()
        .min(0)
        .catch(0)
        .parse(url.searchParams.get("$skip") ?? 0);
      const body = readResource(service, segments, skip);
      if (body === null) throw notFound(url.pathname);
      response.setHeader("ETag", etagOf(body));
      response.setHeader("Allow", allowedMethods(segments));
      return send(response, 200, method === "HEAD" ? null : body);
    }
    case "POST":
      await runAction(service, segments, await readBody(request));
      return finish(service, systemId, response, () => send(response, 204, null));
    case "PATCH": {
      const body = await readBody(request);
      checkEtag(service, segments, request.headers["if-match"]);
      await changeResource(service, segments, body);
      return finish(service, systemId, response, () => send(response, 200, readResource(service, segments, 0)));
    }
    case "DELETE":
      if (segments.length === 3 && segments[1] === "Sessions" && service.sessions.close(segments[2] ?? ""))
        return send(response, 204, null);
      throw notFound(url.pathname);
    default:
      throw new RedfishProblem(405, "OperationNotAllowed", "The HTTP method is not allowed on this resource.");
  }
}

async function misbehave(service: Service, systemId: string | null): Promise<void> {
  if (service.faults.take("slow", systemId)) await pause(SLOW_MS);
  if (service.faults.take("503", systemId))
    throw new RedfishProblem(503, "ServiceTemporarilyUnavailable", "The service is temporarily unavailable.", ["1"]);
  if (service.faults.take("500-always", systemId)) throw internal();
  if (service.faults.take("drop-session", systemId)) service.sessions.closeAll();
}

/** Answers, unless the answer is to be lost: then the connection is left hanging until the client gives up. */
function finish(service: Service, systemId: string | null, response: ServerResponse, reply: () => void): void {
  if (!service.faults.take("timeout-after-act", systemId)) {
    reply();
    return;
  }
  leaveWaiting(response);
}

function leaveWaiting(response: ServerResponse): void {
  response.socket?.setTimeout(SILENT_MS, () => response.socket?.destroy());
}

function logIn(service: Service, body: unknown, response: ServerResponse): void {
  const given = z.object({ UserName: z.string().max(200), Password: z.string().max(500) }).safeParse(body);
  if (!given.success) throw new RedfishProblem(400, "PropertyMissing", "UserName and Password are needed.");
  const opened = service.sessions.open({ username: given.data.UserName, password: given.data.Password });
  if (opened === null) throw new RedfishProblem(401, "ResourceAtUriUnauthorized", "The name or the password is wrong.");
  const path = `${ROOT}/SessionService/Sessions/${opened.id}`;
  response.setHeader("X-Auth-Token", opened.token);
  response.setHeader("Location", path);
  send(response, 201, readResource(service, ["SessionService", "Sessions", opened.id], 0));
}

function isSignedIn(service: Service, request: IncomingMessage): boolean {
  const token = request.headers["x-auth-token"];
  if (typeof token === "string" && service.sessions.check(token) !== null) return true;
  return service.sessions.checkBasic(request.headers.authorization ?? "");
}

function checkAccess(service: Service, request: IncomingMessage): void {
  if (isSignedIn(service, request)) return;
  throw new RedfishProblem(401, "NoValidSession", "There is no valid session.");
}

function checkEtag(service: Service, segments: readonly string[], ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === "*") return;
  const body = readResource(service, segments, 0);
  const tags = ifMatch.split(",").map((tag) => tag.trim());
  if (body !== null && !tags.includes(etagOf(body)))
    throw new RedfishProblem(412, "PreconditionFailed", "The ETag does not match.");
}

function etagOf(body: unknown): string {
  return `"${createHash("sha1").update(JSON.stringify(body)).digest("base64url").slice(0, 16)}"`;
}

function allowedMethods(segments: readonly string[]): string {
  const [top, , part, partId] = segments;
  const isWritable =
    top === "Systems" &&
    segments.length >= 2 &&
    (part === undefined || (part === "EthernetInterfaces" && partId !== undefined));
  return isWritable ? "GET, HEAD, PATCH" : "GET, HEAD";
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  const state = { bytes: 0 };
  for await (const chunk of request) {
    state.bytes += (chunk as Buffer).length;
    if (state.bytes > MAX_BODY_BYTES) throw new RedfishProblem(413, "PayloadTooLarge", "The body is too large.");
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new RedfishProblem(400, "MalformedJSON", "The body is not JSON.");
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (body === null) return void response.writeHead(status).end();
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

function sendMetadata(response: ServerResponse): void {
  const schemas = [
    "ServiceRoot",
    "ComputerSystem",
    "ComputerSystemCollection",
    "EthernetInterface",
    "Manager",
    "Chassis",
    "VirtualMedia",
    "Session",
  ];
  const references = schemas.map(
    (name) =>
      `<edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/${name}_v1.xml"><edmx:Include Namespace="${name}"/></edmx:Reference>`,
  );
  response
    .writeHead(200, { "content-type": "application/xml; charset=utf-8" })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?><edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">${references.join("")}<edmx:DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service"><EntityContainer Name="Service" Extends="ServiceRoot.v1_5_0.ServiceContainer"/></Schema></edmx:DataServices></edmx:Edmx>`,
    );
}

function odataDocument(): unknown {
  const value = ["Systems", "Chassis", "Managers", "SessionService"].map((name) => ({
    name,
    kind: "Singleton",
    url: `${ROOT}/${name}`,
  }));
  return {
    "@odata.context": `${ROOT}/$metadata`,
    value: [{ name: "Service", kind: "Singleton", url: `${ROOT}/` }, ...value],
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RedfishProblem(400, "InvalidURI", "The URI cannot be read.");
  }
}
