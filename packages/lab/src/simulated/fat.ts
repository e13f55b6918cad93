/** What a FAT image holds in its root directory. Reading only, of images up to a few megabytes (FAT12, 16 and 32). */
export interface FatVolume {
  readonly label: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

const MAX_FILES = 64;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const ENTRY_BYTES = 32;
const ATTRIBUTE = { volumeLabel: 0x08, directory: 0x10, longName: 0x0f } as const;

interface Geometry {
  readonly clusterBytes: number;
  readonly fatStart: number;
  readonly bits: 12 | 16 | 32;
  readonly dataStart: number;
  readonly clusters: number;
  readonly root: { readonly start: number; readonly bytes: number } | { readonly cluster: number };
  readonly label: string;
}

/** Null when the bytes are no FAT file system. */
export function readFat(image: Buffer): FatVolume | null {
  const geometry = geometryOf(image);
  if (geometry === null) return null;
  const { root } = geometry;
  const directory =
    "cluster" in root
      ? chain(image, geometry, root.cluster, MAX_FILE_BYTES)
      : image.subarray(root.start, root.start + root.bytes);
  const files = new Map<string, Buffer>();
  const state = { label: geometry.label, longName: "" };
  for (let at = 0; at + ENTRY_BYTES <= directory.length && files.size < MAX_FILES; at += ENTRY_BYTES) {
    const entry = directory.subarray(at, at + ENTRY_BYTES);
    const first = entry[0];
    if (first === 0x00) break;
    const attributes = entry.readUInt8(11);
    if (first === 0xe5) state.longName = "";
    else if (attributes === ATTRIBUTE.longName) state.longName = (longNamePart(entry) + state.longName).slice(0, 255);
    else {
      const name = state.longName === "" ? shortName(entry) : state.longName;
      state.longName = "";
      if (attributes & ATTRIBUTE.volumeLabel) state.label = entry.toString("latin1", 0, 11).trim();
      else if (!(attributes & ATTRIBUTE.directory)) files.set(name, contentOf(image, geometry, entry));
    }
  }
  return { label: state.label, files };
}

function geometryOf(image: Buffer): Geometry | null {
  if (image.length < 512 || image.readUInt16LE(510) !== 0xaa55) return null;
  const sectorBytes = image.readUInt16LE(11);
  const sectorsPerCluster = image.readUInt8(13);
  const reserved = image.readUInt16LE(14);
  const fats = image.readUInt8(16);
  const rootEntries = image.readUInt16LE(17);
  const sectors = image.readUInt16LE(19) || image.readUInt32LE(32);
  const fatSectors = image.readUInt16LE(22) || image.readUInt32LE(36);
  if (![512, 1024, 2048, 4096].includes(sectorBytes) || sectorsPerCluster === 0 || reserved === 0 || fats === 0)
    return null;
  const fatStart = reserved * sectorBytes;
  const rootStart = fatStart + fats * fatSectors * sectorBytes;
  const rootBytes = rootEntries * ENTRY_BYTES;
  const dataStart = rootStart + Math.ceil(rootBytes / sectorBytes) * sectorBytes;
  const clusterBytes = sectorBytes * sectorsPerCluster;
  const clusters = Math.floor((sectors * sectorBytes - dataStart) / clusterBytes);
  if (clusters <= 0 || dataStart > image.length) return null;
  // The number of clusters alone says which FAT it is (Microsoft's FAT specification, "FAT type determination").
  const bits = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;
  const labelAt = bits === 32 ? 71 : 43;
  return {
    clusterBytes,
    fatStart,
    bits,
    dataStart,
    clusters,
    root: bits === 32 ? { cluster: image.readUInt32LE(44) } : { start: rootStart, bytes: rootBytes },
    label: image.toString("latin1", labelAt, labelAt + 11).trim(),
  };
}

function contentOf(image: Buffer, geometry: Geometry, entry: Buffer): Buffer {
  const size = Math.min(entry.readUInt32LE(28), MAX_FILE_BYTES);
  const high = geometry.bits === 32 ? entry.readUInt16LE(20) : 0;
  return chain(image, geometry, high * 65_536 + entry.readUInt16LE(26), size).subarray(0, size);
}

/** The bytes of a chain of clusters, up to `limitBytes`; a chain that loops ends with the number of clusters. */
function chain(image: Buffer, geometry: Geometry, start: number, limitBytes: number): Buffer {
  const parts: Buffer[] = [];
  const end = { 12: 0xff8, 16: 0xfff8, 32: 0x0ffffff8 }[geometry.bits];
  const most = Math.min(geometry.clusters, Math.ceil(limitBytes / geometry.clusterBytes));
  for (
    let cluster = start;
    cluster >= 2 && cluster < end && parts.length < most;
    cluster = nextCluster(image, geometry, cluster)
  ) {
    const at = geometry.dataStart + (cluster - 2) * geometry.clusterBytes;
    if (at + geometry.clusterBytes > image.length) break;
    parts.push(image.subarray(at, at + geometry.clusterBytes));
  }
  return Buffer.concat(parts);
}

function nextCluster(image: Buffer, geometry: Geometry, cluster: number): number {
  const at = geometry.fatStart + Math.floor((cluster * geometry.bits) / 8);
  if (at + 4 > image.length) return 0;
  switch (geometry.bits) {
    case 12:
      return cluster % 2 === 0 ? image.readUInt16LE(at) & 0xfff : image.readUInt16LE(at) >> 4;
    case 16:
      return image.readUInt16LE(at);
    case 32:
      return image.readUInt32LE(at) & 0x0fffffff;
  }
}

function longNamePart(entry: Buffer): string {
  const units = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].map((at) => entry.readUInt16LE(at));
  const end = units.findIndex((unit) => unit === 0 || unit === 0xffff);
  return String.fromCharCode(...(end === -1 ? units : units.slice(0, end)));
}

function shortName(entry: Buffer): string {
  const [base, extension] = [entry.toString("latin1", 0, 8).trimEnd(), entry.toString("latin1", 8, 11).trimEnd()];
  return (extension === "" ? base : `${base}.${extension}`).toLowerCase();
}
