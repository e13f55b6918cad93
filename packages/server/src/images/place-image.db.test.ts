import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { inTx, openDb } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { ProviderError } from "../kernel/errors.ts";
import type { VolumeHost } from "../providers/provider.ts";
import { imageFiles } from "./image-files.ts";
import { replicaVolume } from "./image-rules.ts";
import { placeImage } from "./place-image.ts";
import { addImage } from "./store.ts";
import { diskWith, factsOf } from "./test-disks.ts";

const POOL = "default";
const disk = diskWith("what the servers are made of");
const facts = factsOf(disk);
const volume = replicaVolume(facts.raw_sha256);
const imageId = randomUUID();

let test: TestDb;
let stateDir: string;
let hostId: string;

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01", "05"] });
  stateDir = await mkdtemp(join(tmpdir(), "berth-place-"));
  await inTx(test.db, (tx) => addImage(tx, { id: imageId, name: "system", ...facts }));
});
afterAll(async () => {
  await test?.drop();
  await rm(stateDir, { recursive: true, force: true });
});
beforeEach(async () => {
  hostId = randomUUID();
  await imageFiles(stateDir).prepare(imageId);
  await writeFile(imageFiles(stateDir).path(imageId, "raw"), disk);
});

/** A host's storage that notes what is done to it, and breaks off a write after so many bytes when told to. */
function storage() {
  const volumes = new Map<string, Buffer>();
  const seen = { writes: 0, removals: 0, breakAfterBytes: Number.POSITIVE_INFINITY };
  const host: VolumeHost = {
    ensure: async ({ name, capacityBytes }) => {
      if (!volumes.has(name)) volumes.set(name, Buffer.alloc(capacityBytes));
    },
    write: async ({ name }, content, call) => {
      seen.writes += 1;
      const target = volumes.get(name) ?? Buffer.alloc(0);
      let at = 0;
      for await (const chunk of content.open() as AsyncIterable<Buffer>) {
        if (at + chunk.length > seen.breakAfterBytes) {
          chunk.copy(target, at, 0, seen.breakAfterBytes - at);
          throw new ProviderError("unreachable", "the host went away", { ambiguous: true });
        }
        at += chunk.copy(target, at);
        call.progress?.(at);
      }
    },
    remove: async ({ name }) => {
      seen.removals += 1;
      volumes.delete(name);
    },
    list: async () =>
      [...volumes].map(([name, bytes]) => ({
        pool: POOL,
        name,
        path: `/volumes/${name}`,
        format: "raw" as const,
        capacityBytes: bytes.length,
        allocatedBytes: bytes.length,
        base: null,
      })),
    capacity: async () => ({ totalBytes: 2 ** 40, freeBytes: 2 ** 40 }),
  };
  return { host, volumes, seen };
}

type Storage = ReturnType<typeof storage>;

const place = ({ host }: Storage, signal = AbortSignal.timeout(60_000)) =>
  placeImage({ db: test.db, files: imageFiles(stateDir) }, { hostId, imageId, pool: POOL, volumes: host }, { signal });

const records = async () =>
  (await test.db.selectFrom("image_replica").select("pool").where("host_id", "=", hostId).execute()).length;

const digest = (bytes: Buffer | undefined) =>
  createHash("sha256")
    .update(bytes ?? "")
    .digest("hex");

describe("bringing an image to a host", () => {
  it("writes it once for all who want it at once, and records it", async () => {
    const host = storage();
    await Promise.all(Array.from({ length: 8 }, () => place(host)));
    await place(host);
    expect(host.seen.writes).toBe(1);
    expect(digest(host.volumes.get(volume))).toBe(facts.raw_sha256);
    expect(await records()).toBe(1);
  });

  it("brings it again when somebody took the volume away there", async () => {
    const host = storage();
    await place(host);
    host.volumes.clear();
    await place(host);
    expect(digest(host.volumes.get(volume))).toBe(facts.raw_sha256);
    expect(host.seen.writes).toBe(2);
  });

  it("does not take a volume for the image because it is there: a half-written one is written again", async () => {
    const host = storage();
    host.seen.breakAfterBytes = 300_000;
    await expect(place(host)).rejects.toMatchObject({ failure: "unreachable" });
    expect(host.volumes.has(volume)).toBe(true);
    expect(await records()).toBe(0);
    host.seen.breakAfterBytes = Number.POSITIVE_INFINITY;
    await place(host);
    expect(digest(host.volumes.get(volume))).toBe(facts.raw_sha256);
    expect(await records()).toBe(1);
  });

  it("takes back what it wrote when the bytes here are not those recorded", async () => {
    const host = storage();
    const rotten = Buffer.from(disk);
    rotten[500_000] = 1;
    await writeFile(imageFiles(stateDir).path(imageId, "raw"), rotten);
    await expect(place(host)).rejects.toMatchObject({ code: "unavailable" });
    expect(host.volumes.size).toBe(0);
    expect(await records()).toBe(0);
  });

  it("waits for a writer elsewhere, and goes on when that one dies", async () => {
    const host = storage();
    const key = sql`hashtextextended(${`image-replica:${hostId}:${POOL}:${facts.raw_sha256}`}, 0)`;
    let placing = Promise.resolve();
    // A pool of its own: the dead connection must not be handed to those who go on.
    const elsewhere = openDb(test.url, { maxConnections: 1 });
    await elsewhere.connection().execute(async (writer) => {
      await sql`select pg_advisory_lock(${key})`.execute(writer);
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(writer);
      await expect(place(host, AbortSignal.timeout(1_500))).rejects.toThrow();
      expect(host.seen.writes).toBe(0);
      placing = place(host);
      // The writer's controller is gone, and its connection with it.
      await sql`select pg_terminate_backend(${rows[0]?.pid ?? 0})`.execute(test.db);
    });
    await elsewhere.destroy();
    await placing;
    expect(host.seen.writes).toBe(1);
  });
});
