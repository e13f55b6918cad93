import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { SIM_FAILURE_STATUS, SimName, SimPowerOrder, SimVmSpec, SimVolumeSpec } from "@berth/api/simulated-host.ts";
import { z } from "zod";
import type { HostFaultBox } from "./host-faults.ts";
import { HostProblem } from "./host-problem.ts";
import { hostSerial } from "./host-serial.ts";
import type { SimHost } from "./sim-host.ts";

const MAX_BODY_BYTES = 256 * 1024;
const SLOW_MS = 2_000;
const RESTART_MS = 1_000;
const SILENT_MS = 120_000;
const STILL_WRITER_MS = 15_000;

export interface ServedHost {
  readonly host: SimHost;
  readonly faults: HostFaultBox;
}

export interface HostService {
  /** Drops what is connected to the host, and takes nothing for a moment. VMs go on. */
  restart(name: string): void;
  close(): Promise<void>;
}

/** The hypervisors of a simulated lab on one UNIX socket (`@berth/api/simulated-host.ts`). */
export async function serveHosts(socketPath: string, hosts: ReadonlyMap<string, ServedHost>): Promise<HostService> {
  const open = new Map<string, Set<ServerResponse>>();
  const downUntil = new Map<string, number>();
  const isDown = (name: string) => (downUntil.get(name) ?? 0) > performance.now();

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    response.on("error", () => {});
    const [top, name = "", ...rest] = (request.url ?? "").slice(1).split("/").map(decode);
    const served = top === "hosts" ? hosts.get(name) : undefined;
    if (served === undefined) return fail(response, new HostProblem("not_found", "there is no such host"));
    if (isDown(name)) return void response.destroy();
    const mine = open.get(name) ?? new Set();
    open.set(name, mine.add(response));
    response.once("close", () => mine.delete(response));
    answer(served, rest, request, response).catch((error: unknown) => fail(response, error));
  };
  const server = createServer(handle);
  server.on("checkContinue", handle);
  const serial = hostSerial((name) => (isDown(name) ? null : (hosts.get(name)?.host ?? null)));
  server.on("upgrade", serial.upgrade);
  await rm(socketPath, { force: true });
  // Nobody but the caller may open it, not even for a moment.
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socketPath, () => resolve());
    });
  } finally {
    process.umask(umask);
  }
  return {
    restart(name) {
      downUntil.set(name, performance.now() + RESTART_MS);
      for (const response of open.get(name) ?? []) response.destroy();
      serial.drop(name);
    },
    async close() {
      serial.drop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(served: ServedHost, path: readonly string[], request: IncomingMessage, response: ServerResponse) {
  const { host, faults } = served;
  if (faults.take("slow")) await pause(SLOW_MS);
  if (faults.take("503")) throw new HostProblem("unreachable", "the hypervisor does not answer now");
  if (request.method === "GET" && path.length === 1 && path[0] === "events") return streamEvents(host, response);
  const result = await act(host, path, request, response);
  if (request.method !== "GET" && faults.take("timeout-after-act")) {
    response.socket?.setTimeout(SILENT_MS, () => response.destroy());
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result ?? {}));
}

async function act(
  host: SimHost,
  path: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<unknown> {
  const method = request.method ?? "GET";
  const [top, name, sub, item, part] = path;
  const route = `${method} ${[top, name && "*", sub, item && "*", part].filter((p) => p !== undefined).join("/")}`;
  switch (route) {
    case "GET ":
      return host.facts();
    case "GET vms":
      return host.list();
    case "PUT vms/*":
      return host.ensure(nameOf(name), parse(SimVmSpec, await readBody(request)));
    case "DELETE vms/*":
      return host.remove(nameOf(name));
    case "GET vms/*/power":
      return { power: host.power(nameOf(name)) };
    case "POST vms/*/power":
      return host.order(nameOf(name), parse(SimPowerOrder, await readBody(request)).action);
    case "GET pools/*":
      return poolOf(host, name).capacity();
    case "GET pools/*/volumes":
      return poolOf(host, name).list();
    case "PUT pools/*/volumes/*": {
      const spec = parse(SimVolumeSpec, await readBody(request));
      return poolOf(host, name).ensure(nameOf(item), spec);
    }
    case "DELETE pools/*/volumes/*":
      return poolOf(host, name).remove(nameOf(item), host.isUsed(nameOf(item)));
    case "PUT pools/*/volumes/*/content":
      return await writeVolume(poolOf(host, name), nameOf(item), request, response);
    default:
      throw new HostProblem("rejected", "there is no such call");
  }
}

async function writeVolume(
  pool: SimHost["volumes"],
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sizeBytes = parse(z.coerce.number().int().min(0), request.headers["x-berth-size"]);
  const write = pool.startWrite(name, sizeBytes);
  const seen = { bytes: 0, isWhole: false };
  // As libvirtd does it with a peer that does not answer: it does not keep the volume from others for ever.
  request.setTimeout(STILL_WRITER_MS, () => request.destroy());
  try {
    response.writeContinue();
    for await (const chunk of request as AsyncIterable<Buffer>) {
      seen.bytes += chunk.length;
      if (seen.bytes > sizeBytes) break;
      write.add(chunk);
    }
    seen.isWhole = seen.bytes === sizeBytes && request.complete;
  } finally {
    if (seen.isWhole) write.finish();
    else write.cut();
  }
  if (!seen.isWhole) throw new HostProblem("rejected", "the content does not have its size");
}

function streamEvents(host: SimHost, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.flushHeaders();
  response.once(
    "close",
    host.onEvent((event) => void response.write(`${JSON.stringify(event)}\n`)),
  );
}

function poolOf(host: SimHost, name: string | undefined): SimHost["volumes"] {
  if (name === host.volumes.pool) return host.volumes;
  throw new HostProblem("not_found", "there is no such storage pool");
}

function nameOf(text: string | undefined): string {
  return parse(SimName, text);
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new HostProblem("rejected", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not as it should be"}`);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  const seen = { bytes: 0 };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    seen.bytes += chunk.length;
    if (seen.bytes > MAX_BODY_BYTES) throw new HostProblem("rejected", "the body is too long");
    parts.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new HostProblem("rejected", "the body is not JSON");
  }
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const problem = error instanceof HostProblem ? error : new HostProblem("rejected", "the simulated host failed");
  response
    .writeHead(SIM_FAILURE_STATUS[problem.failure], { "content-type": "application/json", connection: "close" })
    .end(JSON.stringify({ failure: problem.failure, message: problem.message }));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
