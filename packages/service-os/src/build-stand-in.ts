import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { cachedBuild, contentKey } from "./build-cache.ts";
import { BuiltImage } from "./build-debian-image.ts";

const RECIPE_VERSION = "1";
const MIB = 1024 * 1024;
const SIZE_BYTES = 4 * MIB;
const SECTOR = 512;
const LINUX = 0x83;

/**
 * Builds `stand-in`: a disk with a partition table and no system on it, made in an instant and without any tool. For
 * simulated machines, which write every byte of an image and run none, and for trying things out.
 */
export async function buildStandIn(options: {
  cacheDir: string;
  progress: (line: string) => void;
}): Promise<BuiltImage> {
  const place = {
    cacheDir: join(options.cacheDir, "images"),
    name: "stand-in",
    key: contentKey([RECIPE_VERSION, String(SIZE_BYTES)]),
    schema: BuiltImage,
  };
  return cachedBuild(place, async (dir) => {
    options.progress("putting the disk together");
    const raw = standInDisk();
    const stream = zstdCompressSync(raw);
    await writeFile(join(dir, "disk.raw"), raw);
    await writeFile(join(dir, "disk.raw.zst"), stream);
    return {
      name: "stand-in",
      os: "stand-in",
      firmware: ["bios" as const, "uefi" as const],
      format: "raw" as const,
      rawBytes: raw.length,
      rawSha256: createHash("sha256").update(raw).digest("hex"),
      streamBytes: stream.length,
      rawFile: "disk.raw",
      streamFile: "disk.raw.zst",
    };
  });
}

/** An MBR with one partition after the first MiB, and bytes in it that differ from place to place. */
function standInDisk(): Buffer {
  const disk = Buffer.alloc(SIZE_BYTES);
  disk.write("Berth stand-in: there is no system on this disk\r\n", 0, "latin1");
  const entry = 446;
  disk[entry + 4] = LINUX;
  disk.writeUInt32LE(MIB / SECTOR, entry + 8);
  disk.writeUInt32LE((SIZE_BYTES - MIB) / SECTOR, entry + 12);
  disk.writeUInt16LE(0xaa55, SECTOR - 2);
  for (let at = MIB; at < SIZE_BYTES; at += 64 * 1024) disk.write(`stand-in at byte ${at}\n`, at, "latin1");
  return disk;
}
