import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { AppError } from "../kernel/errors.ts";

const CHUNK_BYTES = 1024 * 1024;
const SECTOR_BYTES = 512;
const CONVERT_MEMORY_BYTES = 1024 ** 3;
const CONVERT_CPU_S = 1800;
const KEPT_BYTES = 2000;

interface Call {
  readonly signal: AbortSignal;
}

/** Copies a disk with its holes, and fills up its last sector. */
export async function copySparse(
  from: string,
  to: string,
  call: Call & { progress?(bytes: number): void },
): Promise<void> {
  await using source = await open(from, "r");
  await using target = await open(to, "w", 0o600);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const zeros = Buffer.alloc(CHUNK_BYTES);
  let at = 0;
  for (;;) {
    call.signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) break;
    const isHole = buffer.compare(zeros, 0, bytesRead, 0, bytesRead) === 0;
    if (!isHole) await writeAll(target, buffer.subarray(0, bytesRead), at);
    at += bytesRead;
    call.progress?.(at);
  }
  await target.truncate(Math.ceil(at / SECTOR_BYTES) * SECTOR_BYTES);
}

async function writeAll(target: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await target.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

/**
 * Turns a qcow2 file, whose header was checked, into a raw disk, in a child with bounded memory and time.
 * @throws AppError `invalid_request` with the tool's words.
 */
export async function convertQcow2(from: string, to: string, call: Call): Promise<void> {
  const limits = [`--as=${CONVERT_MEMORY_BYTES}`, `--cpu=${CONVERT_CPU_S}`];
  const argv = [...limits, "--", "qemu-img", "convert", "-f", "qcow2", "-O", "raw", "--", from, to];
  const child = spawn("prlimit", argv, {
    stdio: ["ignore", "ignore", "pipe"],
    signal: call.signal,
    killSignal: "SIGKILL",
  });
  const said = { text: "" };
  child.stderr.on("data", (chunk: Buffer) => {
    said.text = (said.text + chunk.toString("utf8")).slice(-KEPT_BYTES);
  });
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve(status ?? signal ?? "unknown"));
  });
  if (code !== 0) throw new AppError("invalid_request", `the file can't be converted (${code}): ${said.text.trim()}`);
}

export interface DiskFacts {
  readonly rawBytes: number;
  readonly rawSha256: string;
  readonly streamBytes: number;
}

/** Hashes a raw disk and compresses it for its way to machines, in one pass over it. */
export async function hashAndCompress(raw: string, stream: string, call: Call): Promise<DiskFacts> {
  const hash = createHash("sha256");
  const half = `${stream}.half`;
  const hashed = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const source = createReadStream(raw, { highWaterMark: CHUNK_BYTES });
  await pipeline(source, hashed, createZstdCompress(), createWriteStream(half, { mode: 0o600 }), {
    signal: call.signal,
  });
  await rename(half, stream);
  const [rawFacts, streamFacts] = await Promise.all([stat(raw), stat(stream)]);
  return { rawBytes: rawFacts.size, rawSha256: hash.digest("hex"), streamBytes: streamFacts.size };
}

/** Whether the disk has a partition table: the seed becomes a partition of its own when a machine is installed. */
export async function hasPartitionTable(raw: string): Promise<boolean> {
  await using disk = await open(raw, "r");
  const sector = Buffer.alloc(SECTOR_BYTES);
  const { bytesRead } = await disk.read(sector, 0, SECTOR_BYTES, 0);
  return bytesRead === SECTOR_BYTES && sector.readUInt16LE(SECTOR_BYTES - 2) === 0xaa55;
}
