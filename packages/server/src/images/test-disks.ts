import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";

const MIB = 1024 * 1024;

/** For tests: the smallest disk that can be an image, one MiB with a partition table's mark and the given text in it. */
export function diskWith(text: string): Buffer {
  const disk = Buffer.alloc(MIB);
  disk.write(text, 4096);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

/** What the library records of such a disk. */
export function factsOf(disk: Buffer) {
  return {
    os: null,
    firmware: ["bios"],
    raw_bytes: disk.length,
    raw_sha256: createHash("sha256").update(disk).digest("hex"),
    stream_bytes: zstdCompressSync(disk).length,
    source: "test",
  };
}
