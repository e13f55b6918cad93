import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Call, VolumeHost } from "../providers/provider.ts";
import { findImageById, type Image } from "./actions.ts";
import type { ImageFiles } from "./image-files.ts";
import { forgetReplica, hasReplica, noteReplica } from "./store.ts";

export interface PlaceImageDeps {
  readonly db: Db;
  readonly files: ImageFiles;
}

export interface PlaceImage {
  readonly hostId: string;
  readonly imageId: string;
  readonly volumes: VolumeHost;
  /** The host's storage pool. */
  readonly pool: string;
}

/** Percent 0 to 100; the call of a workflow's step has it. */
type PlaceCall = Call & { progress?(percent: number, note?: string): void };

const LOOK_EVERY_MS = 500;

/**
 * Makes the image be on the host as a read-only volume, once for all its servers: one writes, the others wait.
 * @throws AppError `unavailable` when the bytes on disk here are not those recorded: then nothing is recorded as placed.
 */
export async function placeImage(deps: PlaceImageDeps, place: PlaceImage, call: PlaceCall): Promise<void> {
  const image = await findImageById(deps.db, place.imageId);
  for (;;) {
    if (await isPlaced(deps.db, image, place, call)) return;
    if (await tryWrite(deps, image, place, call)) return;
    call.progress?.(0, `waiting for ${image.name} to be brought to the host`);
    await sleep(LOOK_EVERY_MS, undefined, { signal: call.signal });
  }
}

async function isPlaced(db: Db, image: Image, { hostId, pool, volumes }: PlaceImage, call: Call): Promise<boolean> {
  const replica = { hostId, pool, sha256: image.rawSha256 };
  if (!(await hasReplica(db, replica))) return false;
  const found = (await volumes.list(pool, call)).find((volume) => volume.name === image.volume);
  if (found !== undefined && found.capacityBytes >= image.rawBytes) return true;
  // Somebody took it away there: the record was right once, and is not any more.
  await forgetReplica(db, replica);
  return false;
}

/**
 * False when somebody else is writing it. The lock ends with the connection, so a dead writer holds up nobody; it is
 * the connection's and not a transaction's, which would be idle for as long as the writing takes.
 */
async function tryWrite(deps: PlaceImageDeps, image: Image, place: PlaceImage, call: PlaceCall): Promise<boolean> {
  const key = sql`hashtextextended(${`image-replica:${place.hostId}:${place.pool}:${image.rawSha256}`}, 0)`;
  return deps.db.connection().execute(async (own) => {
    const lock = await sql<{ got: boolean }>`select pg_try_advisory_lock(${key}) as got`.execute(own);
    if (lock.rows[0]?.got !== true) return false;
    try {
      const replica = { hostId: place.hostId, pool: place.pool, sha256: image.rawSha256 };
      if (await hasReplica(deps.db, replica)) return true;
      await write(deps.files, image, place, call);
      await inTx(deps.db, (tx) => noteReplica(tx, replica));
      return true;
    } finally {
      await sql`select pg_advisory_unlock(${key})`.execute(own);
    }
  });
}

async function write(files: ImageFiles, image: Image, { pool, volumes }: PlaceImage, call: PlaceCall): Promise<void> {
  const ref = { pool, name: image.volume };
  const hash = createHash("sha256");
  const note = `bringing ${image.name} to the host`;
  await volumes.ensure({ ...ref, format: "raw", capacityBytes: image.rawBytes, base: null }, call);
  const source = await files.open(image.id, "raw");
  const progress = (bytes: number) => call.progress?.(Math.floor((100 * bytes) / image.rawBytes), note);
  await volumes.write(
    ref,
    { sizeBytes: image.rawBytes, open: () => hashed(source, hash) },
    { signal: call.signal, progress },
  );
  if (hash.digest("hex") === image.rawSha256) return;
  await volumes.remove(ref, call);
  throw new AppError(
    "unavailable",
    `the bytes of image ${image.name}@${image.version} are not those recorded: import it again`,
  );
}

/** The bytes that go out, hashed on their way: what is checked is what the host got. */
function hashed(source: Readable, hash: ReturnType<typeof createHash>): Readable {
  return Readable.from(
    (async function* () {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        hash.update(chunk);
        yield chunk;
      }
    })(),
    { objectMode: false },
  );
}
