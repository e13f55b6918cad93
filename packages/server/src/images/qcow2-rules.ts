/**
 * A strict look at the header of a qcow2 file (docs/interop/qcow2.txt of QEMU) before any tool opens it: a header can
 * name other files of this computer, which a converter would then copy into the image. What is not known to be harmless
 * is refused.
 */
const MAGIC = 0x514649fb;
const V2_BYTES = 72;
const V3_BYTES = 104;
/** The only incompatible feature let through: clusters compressed by zstd. */
const COMPRESSION_TYPE = 1n << 3n;
const EXTENSION_END = 0;
const EXTENSION_BACKING_FORMAT = 0xe2792aca;
const EXTENSION_DATA_FILE = 0x44415441;
const EXTENSION_FEATURE_NAMES = 0x6803f857;
const EXTENSION_BITMAPS = 0x23852875;
const MAX_EXTENSIONS = 32;
/** How much of the file must be looked at. */
export const QCOW2_HEADER_BYTES = 64 * 1024;

export function checkQcow2(
  header: Buffer,
  most: { virtualBytes: number },
): { virtualBytes: number } | { problem: string } {
  if (header.length < V2_BYTES || header.readUInt32BE(0) !== MAGIC) return { problem: "it is no qcow2 file" };
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) return { problem: `it is of version ${version}, known are 2 and 3` };
  if (header.readBigUInt64BE(8) !== 0n || header.readUInt32BE(16) !== 0)
    return { problem: "it refers to a backing file" };
  const clusterBits = header.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) return { problem: "its cluster size is out of range" };
  const virtualBytes = header.readBigUInt64BE(24);
  if (virtualBytes === 0n || virtualBytes % 512n !== 0n) return { problem: "its disk has no whole number of sectors" };
  if (virtualBytes > BigInt(most.virtualBytes))
    return { problem: `its disk is larger than ${most.virtualBytes} bytes` };
  if (header.readUInt32BE(32) !== 0) return { problem: "it is encrypted" };
  if (header.readUInt32BE(60) !== 0) return { problem: "it holds snapshots: convert it to a plain one first" };
  if (version === 2) return checkExtensions(header, V2_BYTES) ?? { virtualBytes: Number(virtualBytes) };
  if (header.length < V3_BYTES) return { problem: "its header is cut" };
  const features = header.readBigUInt64BE(72);
  if ((features & ~COMPRESSION_TYPE) !== 0n) {
    return {
      problem: `it uses features that are not let through (0x${features.toString(16)}): external data, extended clusters, or it was not closed well`,
    };
  }
  const length = header.readUInt32BE(100);
  if (length < V3_BYTES || length % 8 !== 0 || length > header.length)
    return { problem: "its header's length is out of range" };
  if (features !== 0n && (length < 112 || header.readUInt8(104) > 1)) return { problem: "its compression is unknown" };
  return checkExtensions(header, length) ?? { virtualBytes: Number(virtualBytes) };
}

function checkExtensions(header: Buffer, start: number): { problem: string } | null {
  const place = { at: start };
  for (let n = 0; n < MAX_EXTENSIONS; n += 1) {
    if (place.at + 8 > header.length) return { problem: "its header extensions do not end" };
    const type = header.readUInt32BE(place.at);
    const length = header.readUInt32BE(place.at + 4);
    if (type === EXTENSION_END) return null;
    if (type === EXTENSION_DATA_FILE) return { problem: "it refers to an external data file" };
    if (type === EXTENSION_BACKING_FORMAT) return { problem: "it refers to a backing file" };
    if (type !== EXTENSION_FEATURE_NAMES && type !== EXTENSION_BITMAPS) {
      return { problem: `it has an extension that is not known (0x${type.toString(16)})` };
    }
    if (length > header.length) return { problem: "its header extensions do not end" };
    place.at += 8 + Math.ceil(length / 8) * 8;
  }
  return { problem: "it has too many header extensions" };
}
