import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Port, TUNNEL_PROTOCOL } from "@berth/api/guest.ts";
import { audit } from "../audit/audit.ts";
import { type Authenticate, readCredentials } from "../kernel/auth/credentials.ts";
import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { toAppError } from "../kernel/http/problem.ts";
import { refuseUpgrade, type Upgrade } from "../kernel/http/upgrade.ts";
import type { Log } from "../kernel/log.ts";
import type { ReachOf } from "./reach.ts";
import { unavailable } from "./unavailable.ts";

export interface TunnelDeps {
  readonly db: Db;
  readonly authenticate: Authenticate;
  readonly reachOf: ReachOf;
  readonly log: Log;
}

const DIAL_MS = 20_000;
const MAX_TUNNELS = 1_000;
const PATH = /^\/v1\/servers\/([^/]{1,300})\/tunnel$/;

/**
 * Answers requests to become a tunnel to a port of a server (see `@berth/api/guest.ts`), and refuses every other
 * upgrade. Only an API token opens one: a browser sends its cookie along with requests that other sites made it send.
 */
export function tunnelUpgrade(deps: TunnelDeps): Upgrade {
  const open = new Set<Duplex>();

  async function connect(request: IncomingMessage, requestId: string): Promise<Duplex> {
    const { server, port } = targetOf(request);
    const credentials = readCredentials(request.headers);
    const actor = credentials?.kind === "token" ? await deps.authenticate(credentials) : null;
    if (actor === null) throw new AppError("unauthenticated", "A tunnel opens with a valid API token only.");
    if (open.size >= MAX_TUNNELS) throw new AppError("too_many_requests", "Too many tunnels are open here.");
    const { serverId, hostname, ip, dial } = await deps.reachOf(actor, server);
    const object = { kind: "server", id: serverId, name: hostname };
    await audit(deps.db, { actor, action: "server.tunnel", object, outcome: "done", requestId, details: { port } });
    return await dial({ host: ip, port }, { signal: AbortSignal.timeout(DIAL_MS) });
  }

  return (request, socket, head) => {
    const requestId = crypto.randomUUID();
    socket.on("error", () => {});
    connect(request, requestId).then(
      (target) => {
        open.add(socket);
        socket.once("close", () => open.delete(socket));
        join(socket, target, head);
      },
      (error: unknown) => {
        const known = toAppError(unavailable(error));
        if (known.code === "internal") deps.log.error("tunnel failed", { requestId, error });
        refuseUpgrade(socket, known, requestId);
      },
    );
  };
}

function targetOf(request: IncomingMessage): { server: string; port: number } {
  const url = URL.parse(request.url ?? "", "http://berth");
  const encoded = PATH.exec(url?.pathname ?? "")?.[1];
  const isTunnel = request.method === "GET" && request.headers.upgrade?.toLowerCase() === TUNNEL_PROTOCOL;
  if (url === null || encoded === undefined || !isTunnel)
    throw new AppError("not_found", "There is nothing here to upgrade to.");
  const port = Port.safeParse(Number(url.searchParams.get("port")));
  if (!port.success) {
    const fields = [{ field: "port", message: "a port from 1 to 65535" }];
    throw new AppError("invalid_request", "A tunnel needs a port.", { fields });
  }
  try {
    return { server: decodeURIComponent(encoded), port: port.data };
  } catch (cause) {
    throw new AppError("invalid_request", "The URL is not percent-encoded UTF-8.", { cause });
  }
}

function join(socket: Duplex, target: Duplex, head: Buffer): void {
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${TUNNEL_PROTOCOL}\r\n\r\n`);
  if (head.length > 0) target.write(head);
  target.on("error", () => {});
  // An end on one side is passed on; when one side breaks, the other is of no use.
  socket.pipe(target);
  target.pipe(socket);
  socket.once("close", () => target.destroy());
  target.once("close", () => socket.end());
}
