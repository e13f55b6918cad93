import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { BootUpstream, DhcpState, type DhcpStatus, type EdgeHealth } from "@berth/api/edge.ts";
import type { z } from "zod";
import { createBootProxy } from "./boot-proxy.ts";
import { controlDnsmasq } from "./dnsmasq.ts";
import { edgeAddress } from "./dnsmasq-rules.ts";
import { log, reasonOf } from "./log.ts";
import { createRelay } from "./relay.ts";

const VERSION = "1";
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface EdgeOptions {
  readonly socket: string;
  readonly site: string;
  /** Who may speak to the socket: the controller's user. */
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly stateDir: string;
}

/** A site's presence: relay, DHCP and TFTP, and HTTP for booting machines. It decides nothing. */
export async function startEdge(options: EdgeOptions): Promise<{ close(): Promise<void> }> {
  const dnsmasq = await controlDnsmasq(options.stateDir);
  const proxy = createBootProxy(options.site);
  const relay = createRelay();
  const savedFile = join(options.stateDir, "dhcp.json");
  let state: DhcpState = { networks: [], hosts: [] };
  // One change after the other: two at once would race for the same files and process.
  let turn: Promise<unknown> = Promise.resolve();

  const applyDhcp = async (next: DhcpState) => {
    await dnsmasq.apply(next);
    await proxy.listen(next.networks.map(edgeAddress));
    state = next;
    await writeFile(`${savedFile}.next`, JSON.stringify(next), { mode: 0o600 });
    await rename(`${savedFile}.next`, savedFile);
  };

  const change = async (run: () => Promise<void>): Promise<Answer> => {
    const mine = turn.then(run, run);
    turn = mine.catch(() => undefined);
    await mine;
    return { status: 200, body: { ok: true } };
  };

  const answer = async (incoming: IncomingMessage): Promise<Answer> => {
    switch (`${incoming.method} ${incoming.url}`) {
      case "GET /health": {
        const health: EdgeHealth = { ok: true, dnsmasq: dnsmasq.isRunning() ? "running" : "stopped", version: VERSION };
        return { status: 200, body: health };
      }
      case "GET /dhcp": {
        const status: DhcpStatus = { ...state, leases: await dnsmasq.leases() };
        return { status: 200, body: status };
      }
      case "PUT /dhcp": {
        const next = await readBody(incoming, DhcpState);
        return change(() => applyDhcp(next));
      }
      case "PUT /boot": {
        const next = await readBody(incoming, BootUpstream);
        return change(() => proxy.setUpstream(next));
      }
      default:
        return { status: 404, body: { error: "not here" } };
    }
  };

  const server = createServer({ requestTimeout: 30_000 }, (incoming, response) => {
    answer(incoming).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        const status = error instanceof BadBody ? 400 : 502;
        log("warn", "edge request failed", { method: incoming.method, path: incoming.url, reason: reasonOf(error) });
        send(response, status, { error: reasonOf(error) });
      },
    );
  });
  server.on("connect", relay.connect);

  await restore(savedFile, applyDhcp);
  await mkdir(options.stateDir, { recursive: true, mode: 0o700 });
  await rm(options.socket, { force: true });
  const umask = process.umask(0o177);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.socket, resolve);
  });
  process.umask(umask);
  await chmod(options.socket, 0o600);
  await chown(options.socket, options.owner.uid, options.owner.gid);
  log("info", "edge is up", { site: options.site, socket: options.socket });

  return {
    async close() {
      relay.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await turn;
      await proxy.close();
      await dnsmasq.stop();
      await rm(options.socket, { force: true });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

class BadBody extends Error {}

/** A restarted edge serves what it served before, with or without a controller. */
async function restore(file: string, apply: (state: DhcpState) => Promise<void>): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return;
  try {
    await apply(DhcpState.parse(JSON.parse(text)));
  } catch (error) {
    log("warn", "the saved DHCP state can't be taken up; waiting for the controller", { reason: reasonOf(error) });
  }
}

async function readBody<T>(incoming: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BadBody("the body is too large");
    chunks.push(chunk);
  }
  const parsed = schema.safeParse(parseJson(Buffer.concat(chunks).toString("utf8")));
  if (!parsed.success)
    throw new BadBody(
      parsed.error.issues
        .map((i) => `${i.path.join(".")}: ${i.message}`)
        .join("; ")
        .slice(0, 1000),
    );
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadBody("the body is not JSON");
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
