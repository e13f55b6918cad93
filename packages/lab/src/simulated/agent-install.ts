import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { AgentError, type AgentHttp } from "./agent-http.ts";
import { readSeed } from "./seed.ts";
import { emptyMemory, type InstalledSystem } from "./system-disk.ts";

const MIB = 1024 * 1024;
const MAX_SEED_BYTES = 4 * MIB;
/** Of what zstd gives at once: the usual 16 KiB cost more in calls than in work. */
const CHUNK_BYTES = 256 * 1024;
const PROGRESS_EVERY_PERCENT = 10;

export interface DiskToWrite {
  /** Of the disk of that name; null when there is none. */
  sizeOf(disk: string): number | null;
  /** From here on what was on it is gone, whatever comes of it. */
  wipe(): void;
  install(system: InstalledSystem): void;
}

type Order = ReadonlyMap<string, string>;

/** Everything that an answer `action=install` asks for, as the real agent does it. */
export async function install(order: Order, http: AgentHttp, disk: DiskToWrite): Promise<{ rawSha256: string }> {
  const [streamBytes, rawBytes, seedBytes] = ["stream_bytes", "raw_bytes", "seed_bytes"].map((key) =>
    numberIn(order, key),
  );
  const sizeBytes = disk.sizeOf(order.get("disk") ?? "");
  if (sizeBytes === null || sizeBytes < (rawBytes ?? 0) + (seedBytes ?? 0) + 4 * MIB)
    throw new AgentError("no_disk", "the disk is not there or too small");
  disk.wipe();
  const written = await writeImage(order, http, { streamBytes: streamBytes ?? 0, rawBytes: rawBytes ?? 0 });
  if (written.sha256 !== order.get("raw_sha256"))
    throw new AgentError("image_digest", "the image is not the one that was ordered");
  await http.post("progress", [
    ["step", "seeding"],
    ["percent", "100"],
  ]);
  const seed = await http.fetch(order.get("seed_path") ?? "", MAX_SEED_BYTES);
  const seedSha256 = createHash("sha256").update(seed).digest("hex");
  if (seedSha256 !== order.get("seed_sha256")) throw new AgentError("seed", "the seed is not the one that was ordered");
  disk.install({
    rawSha256: written.sha256,
    rawBytes: written.bytes,
    seed: readSeed(seed),
    seedSha256,
    memory: emptyMemory(),
  });
  return { rawSha256: written.sha256 };
}

async function writeImage(order: Order, http: AgentHttp, size: { streamBytes: number; rawBytes: number }) {
  const hash = createHash("sha256");
  const state = { bytes: 0, told: -1 };
  const write = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) {
      const fitting = chunk.subarray(0, size.rawBytes - state.bytes);
      state.bytes += fitting.length;
      hash.update(fitting);
      const percent = Math.floor((100 * state.bytes) / size.rawBytes);
      if (percent < state.told + PROGRESS_EVERY_PERCENT) continue;
      state.told = percent;
      await http.post("progress", [
        ["step", "writing"],
        ["percent", String(percent)],
      ]);
    }
  };
  const source = http.stream(order.get("image_path") ?? "", size.streamBytes);
  try {
    if (order.get("image_encoding") === "zstd")
      await pipeline(source, createZstdDecompress({ chunkSize: CHUNK_BYTES }), write);
    else await pipeline(source, write);
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError("image_stream", "the image could not be read");
  }
  return { sha256: hash.digest("hex"), bytes: state.bytes };
}

function numberIn(order: Order, key: string): number {
  const text = order.get(key) ?? "";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AgentError("bad_answer", `${key} is no number`);
}
