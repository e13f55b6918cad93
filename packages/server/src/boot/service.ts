import { createReadStream } from "node:fs";
import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ImageFiles } from "../images/image-files.ts";
import type { Db } from "../kernel/db/db.ts";
import type { Log } from "../kernel/log.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { type AgentAnswer, done, failed, hello, imageFor, progress, seedFor } from "./agent-actions.ts";
import { answerText } from "./agent-rules.ts";
import { scriptFor } from "./boot-script.ts";
import type { Origin } from "./ipxe-rules.ts";
import { createPace } from "./pace.ts";
import { readRange } from "./range-rules.ts";
import { type BootSession, findSession } from "./store.ts";

/** The small Linux that machines are given; null while it is being built. */
export interface ServiceOs {
  file(name: "vmlinuz" | "initrd"): Promise<{ path: string; bytes: number } | null>;
}

export interface BootServiceDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly files: ImageFiles;
  readonly serviceOs: ServiceOs;
  /** Of the certificate that edges serve the boot service with. */
  readonly pin: string;
  readonly log: Log;
}

export interface BootService {
  /** Serves edges on a UNIX socket: whoever may open it may speak for a site. */
  listen(socketPath: string): Promise<void>;
  close(): Promise<void>;
}

const MAX_FORM_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 4000;
const STRANGERS_PER_MINUTE = 120;
const FORMS = { hello, progress, done, failed } as const;
const POST = /^\/boot\/agent\/(hello|progress|done|failed)$/;

interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer | Readable;
}

/** The boot protocol (RFD 0001) on the controller's side. Everything that asks here is a stranger until its token says otherwise. */
export function createBootService(deps: BootServiceDeps): BootService {
  const { log } = deps;
  const strangers = createPace(STRANGERS_PER_MINUTE);

  const answer = async (incoming: IncomingMessage): Promise<Reply> => {
    const origin = readOrigin(incoming);
    if (origin === null) return plain(400, "this is for edges");
    const [path = "", query = ""] = (incoming.url ?? "").split("?");
    const call = `${incoming.method} ${path}`;
    if (call === "GET /boot/ipxe") {
      return plain(200, await scriptFor({ ...deps, strangers }, origin, new URLSearchParams(query)));
    }
    if (call === "GET /boot/os/vmlinuz") return serviceOsFile("vmlinuz");
    if (call === "GET /boot/os/initrd") return serviceOsFile("initrd");
    const session = await sessionOf(incoming, origin);
    if (session === null) return plain(403, "no boot is known by this token here");
    const form = POST.exec(path)?.[1];
    if (incoming.method === "POST" && form !== undefined) {
      const said = await readForm(incoming);
      // The pattern has just these names.
      return said === null
        ? plain(413, "too large")
        : agentReply(await FORMS[form as keyof typeof FORMS](deps, session, said));
    }
    if (call === "GET /boot/agent/image") return image(incoming, session);
    if (call === "GET /boot/agent/seed") return seed(origin, session);
    return plain(404, "not here");
  };

  const sessionOf = async (incoming: IncomingMessage, origin: Origin): Promise<BootSession | null> => {
    const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(incoming.headers.authorization ?? "")?.[1];
    return token === undefined ? null : findSession(deps.db, token, origin.peer);
  };

  const serviceOsFile = async (name: "vmlinuz" | "initrd"): Promise<Reply> => {
    const file = await deps.serviceOs.file(name);
    if (file === null) return plain(503, "the service OS is being built");
    const headers = { "content-length": String(file.bytes) };
    return { status: 200, type: "application/octet-stream", headers, body: createReadStream(file.path) };
  };

  const image = async (incoming: IncomingMessage, session: BootSession): Promise<Reply> => {
    const found = await imageFor(deps, session);
    if (found === null) return plain(403, "no image is meant for this boot");
    const total = found.streamBytes;
    const range = readRange(incoming.headers.range, total);
    if (range === "unsatisfiable")
      return { ...plain(416, "no such range"), headers: { "content-range": `bytes */${total}` } };
    const { start, end } = range ?? { start: 0, end: total - 1 };
    const body = await deps.files.open(found.id, "stream", { start, end });
    const headers = { "content-length": String(end - start + 1), "accept-ranges": "bytes" };
    if (range === null) return { status: 200, type: "application/octet-stream", headers, body };
    const partial = { ...headers, "content-range": `bytes ${start}-${end}/${total}` };
    return { status: 206, type: "application/octet-stream", headers: partial, body };
  };

  const seed = async (origin: Origin, session: BootSession): Promise<Reply> => {
    // Secrets never cross the boot network in the clear.
    if (!origin.isTls) return plain(403, "over TLS only");
    const body = await seedFor(deps, session);
    if (body === "refused") return plain(403, "no seed is meant for this boot, or it was taken already");
    return { status: 200, type: "application/octet-stream", headers: { "cache-control": "no-store" }, body };
  };

  const limits = { maxHeaderSize: 8192, headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 5_000 };
  const server = createServer(limits, (incoming, response) => {
    answer(incoming)
      .catch((error: unknown): Reply => {
        log.error("boot request failed", { method: incoming.method, path: pathOf(incoming), error });
        return plain(500, "the controller could not answer");
      })
      .then((reply) => send(response, reply))
      // A machine that goes away in the middle is no error of ours.
      .catch((error: unknown) => log.debug("boot answer was cut", { path: pathOf(incoming), error }));
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", (_error, socket) => socket.destroy());

  return {
    async listen(socketPath) {
      await rm(socketPath, { force: true });
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(socketPath, resolve);
      });
      await chmod(socketPath, 0o600);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const pathOf = (incoming: IncomingMessage): string => (incoming.url ?? "").split("?")[0]?.slice(0, 200) ?? "";

const plain = (status: number, text: string): Reply => ({ status, body: `${text.trimEnd()}\n` });

function agentReply(answer: AgentAnswer): Reply {
  if (answer === "refused") return plain(403, "this boot's token is spent");
  if (answer === "malformed") return plain(400, "this is not what an agent says");
  return plain(200, answerText(answer));
}

/** The edge says where a machine's request came from; it strips such headers from what comes in. */
function readOrigin(incoming: IncomingMessage): Origin | null {
  const header = (name: string) => {
    const value = incoming.headers[name];
    return typeof value === "string" ? value : "";
  };
  const site = header("x-berth-site");
  const peer = header("x-berth-peer");
  const edge = header("x-berth-local").replace(/:\d{1,5}$/, "");
  if (!/^[A-Za-z0-9._-]{1,63}$/.test(site) || isIP(peer) === 0 || isIP(edge) !== 4) return null;
  return { site, peer, edge, isTls: header("x-berth-tls") === "1" };
}

async function readForm(incoming: IncomingMessage): Promise<URLSearchParams | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) return null;
    parts.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(parts).toString("utf8"));
}

async function send(
  response: ServerResponse,
  { status, type = "text/plain", headers = {}, body }: Reply,
): Promise<void> {
  const isStream = typeof body !== "string" && !Buffer.isBuffer(body);
  const length: Record<string, string> = isStream ? {} : { "content-length": String(Buffer.byteLength(body)) };
  response.writeHead(status, { "content-type": type, ...length, ...headers });
  if (isStream) await pipeline(body, response);
  else response.end(body);
}
