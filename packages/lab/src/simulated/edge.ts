import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { BootUpstream, DhcpState, type EdgeHealth } from "@berth/api/edge.ts";
import type { z } from "zod";
import type { GuestBook } from "./guest.ts";
import { guestPages } from "./guest-http.ts";
import { serveSsh } from "./guest-ssh.ts";
import type { Site } from "./site.ts";

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const SSH_PORT = 22;

interface SimulatedEdge {
  close(): Promise<void>;
}

class BadBody extends Error {}

/** The edge protocol in front of a site without machines: its relay ends in simulated guests and at the lab's own BMCs. */
export async function serveSimulatedEdge(options: {
  readonly socket: string;
  readonly site: Site;
  readonly guests: GuestBook;
  /** The one real target: the Redfish service of this lab. */
  readonly bmc: { readonly host: string; readonly port: number };
}): Promise<SimulatedEdge> {
  const { site, guests, bmc } = options;
  const pages = guestPages(guests);
  const open = new Set<Duplex>();

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    switch (`${request.method} ${request.url}`) {
      case "GET /health":
        return { ok: true, dnsmasq: "running", version: "simulated" } satisfies EdgeHealth;
      case "GET /dhcp":
        return site.dhcp();
      case "PUT /dhcp":
        site.setDhcp(await readBody(request, DhcpState));
        return { ok: true };
      case "PUT /boot":
        site.setUpstream(await readBody(request, BootUpstream));
        return { ok: true };
      default:
        return null;
    }
  };

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => (body === null ? send(response, 404, { error: "not here" }) : send(response, 200, body)),
      (error: unknown) => send(response, error instanceof BadBody ? 400 : 502, { error: messageOf(error) }),
    );
  });

  server.on("connect", (request, client, head) => {
    open.add(client);
    client.once("close", () => open.delete(client));
    client.on("error", () => client.destroy());
    const [host = "", portText = ""] = (request.url ?? "").split(":");
    const port = Number(portText);
    if (host === bmc.host && port === bmc.port) return relay(client, head, bmc);
    const guest = guests.at(host);
    if (guest === null) return refuse(client, "no route to host");
    if (port !== SSH_PORT && !guest.memory.ports.has(port)) return refuse(client, "connection refused");
    guest.sockets.add(client);
    client.once("close", () => guest.sockets.delete(client));
    client.write(CONNECTED);
    if (head.length > 0) client.unshift(head);
    if (port === SSH_PORT) serveSsh(guest, client);
    else pages.serve(guest, client);
  });

  await rm(options.socket, { force: true });
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.socket, () => resolve());
    });
  } finally {
    process.umask(umask);
  }
  return {
    async close() {
      for (const client of open) client.destroy();
      pages.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const CONNECTED = "HTTP/1.1 200 Connected\r\n\r\n";

function relay(client: Duplex, head: Buffer, target: { host: string; port: number }): void {
  const socket = connect({ ...target, allowHalfOpen: true });
  socket.once("connect", () => {
    client.write(CONNECTED);
    if (head.length > 0) socket.write(head);
    client.pipe(socket);
    socket.pipe(client);
  });
  socket.once("error", (error) => (socket.connecting ? refuse(client, messageOf(error)) : client.destroy()));
  socket.once("close", () => client.destroy());
  client.once("close", () => socket.destroy());
}

function refuse(client: Duplex, reason: string): void {
  client.end(`HTTP/1.1 502 ${reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function readBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const parts: Buffer[] = [];
  const seen = { bytes: 0 };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    seen.bytes += chunk.length;
    if (seen.bytes > MAX_BODY_BYTES) throw new BadBody("the body is too large");
    parts.push(chunk);
  }
  const read = schema.safeParse(parsed(Buffer.concat(parts).toString("utf8")));
  if (read.success) return read.data;
  throw new BadBody(read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadBody("the body is not JSON");
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : "unknown").replace(/[^\x20-\x7e]/g, " ").slice(0, 1_000);
}
