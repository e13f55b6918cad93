import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DhcpStatus } from "@berth/api/edge.ts";
import { Agent, request } from "undici";
import { readTruth as readLabTruth } from "../packages/cli/src/demo/lab-truth.ts";
import type { Truth } from "../packages/cli/src/demo/leftovers.ts";
import type { Api, House } from "./house.ts";

export async function publish(api: Api, document: string): Promise<void> {
  await api.applyTemplate({ body: { document, publish: true } });
}

type RequestInfo = Awaited<ReturnType<Api["getRequest"]>>;

const ENDED: readonly RequestInfo["state"][] = ["active", "parked", "rejected", "withdrawn", "failed", "ended"];

/** Waits until a request is active; fails with the request's own reason when it ends otherwise. */
export async function untilActive(api: Api, id: string, limitMs: number): Promise<RequestInfo> {
  const request = await untilRequestEnds(api, id, limitMs);
  if (request.state !== "active") throw new Error(`request ${id} is ${request.state}: ${request.reason}`);
  return request;
}

/** Waits until nothing more happens to a request by itself. */
export async function untilRequestEnds(api: Api, id: string, limitMs: number): Promise<RequestInfo> {
  return until(
    () => api.getRequest({ params: { id } }),
    (request) => ENDED.includes(request.state),
    {
      limitMs,
      what: (request) => `request ${id} is still ${request.state}`,
    },
  );
}

export async function until<T>(
  look: () => Promise<T>,
  isThere: (seen: T) => boolean,
  options: { limitMs: number; everyMs?: number; what: (seen: T) => string },
): Promise<T> {
  const deadline = Date.now() + options.limitMs;
  for (;;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`${options.what(seen)} after ${options.limitMs / 1000} s`);
    await sleep(options.everyMs ?? 200);
  }
}

/** Brings an image called `tiny` into the library: a disk of a few MiB without a system, which simulated machines start. */
export async function makeTinyImage(api: Api): Promise<void> {
  const { operationId } = await api.buildImage({ body: { recipe: "stand-in", as: "tiny" } });
  await untilDone(api, operationId, 120_000);
}

const IMPORTED_BYTES = 2 * 1024 * 1024;

/** Brings an image into the library that is like no other, and whose files are this house's own (built ones are shared with the cache). */
export async function importImage(house: House, api: Api, name: string): Promise<void> {
  const disk = randomBytes(IMPORTED_BYTES);
  // The mark of a partition table.
  disk.set([0x55, 0xaa], 510);
  await mkdir(join(house.dir, "import"), { recursive: true });
  await writeFile(join(house.dir, "import", `${name}.raw`), disk);
  const { operationId } = await api.importImage({ body: { name, format: "raw", file: `${name}.raw` } });
  await untilDone(api, operationId, 120_000);
}

/** Waits until an operation is done; fails with its own words when it ends otherwise. */
export async function untilDone(api: Api, operationId: string, limitMs: number): Promise<void> {
  const ended = await until(
    () => api.getOperation({ params: { id: operationId } }),
    (operation) => operation.ended,
    {
      limitMs,
      what: (operation) => `operation ${operation.title} is still ${operation.state}`,
    },
  );
  if (ended.state !== "done") throw new Error(`operation ${ended.title} is ${ended.state}: ${ended.error}`);
}

/** What the lab itself sees, path to value. */
export function readTruth(house: House): Promise<Truth> {
  return readLabTruth(house.dir);
}

/** What the lab's edge has in force. */
export async function readDhcp(house: House): Promise<DhcpStatus> {
  const agent = new Agent({ connect: { socketPath: house.lab.site.edgeSocket } });
  try {
    const answer = await request("http://edge/dhcp", { dispatcher: agent });
    return (await answer.body.json()) as DhcpStatus;
  } finally {
    await agent.close();
  }
}
