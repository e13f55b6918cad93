/**
 * Writes a small FAT12 file system: a few files in the root directory, under long names. The same input gives the same
 * bytes, so that a seed can be named by its digest (Microsoft FAT specification 1.03).
 */

export interface FatFile {
  /** ASCII, without a slash. */
  readonly name: string;
  readonly content: Buffer;
}

const SECTOR_BYTES = 512;
/** With one sector a cluster it stays below the 4,085 clusters that would make it FAT16. */
const SECTORS = 2048;
const FAT_SECTORS = 6;
const FATS = 2;
const ROOT_ENTRIES = 256;
const ENTRY_BYTES = 32;
const ROOT_SECTORS = (ROOT_ENTRIES * ENTRY_BYTES) / SECTOR_BYTES;
const DATA_START = (1 + FATS * FAT_SECTORS + ROOT_SECTORS) * SECTOR_BYTES;
const CLUSTERS = SECTORS - DATA_START / SECTOR_BYTES;
const FIRST_CLUSTER = 2;
const END_OF_CHAIN = 0xfff;
const MEDIA_FIXED_DISK = 0xf8;
const ATTRIBUTE = { readOnly: 0x01, volumeLabel: 0x08, longName: 0x0f } as const;
/** 1980-01-01, the first day that FAT knows: nobody reads the files' age, and a clock would change the bytes. */
const DATE = (1 << 5) | 1;
const LONG_NAME_CHARS = 13;
const LAST_PART = 0x40;

/** @throws RangeError when the files do not fit into its megabyte. */
export function writeFat(label: string, files: readonly FatFile[]): Buffer {
  const image = Buffer.alloc(SECTORS * SECTOR_BYTES);
  bootSector(label).copy(image);
  const fat = Buffer.alloc(FAT_SECTORS * SECTOR_BYTES);
  setCluster(fat, 0, 0xf00 | MEDIA_FIXED_DISK);
  setCluster(fat, 1, END_OF_CHAIN);

  const directory = [entry({ name: label.padEnd(11), attributes: ATTRIBUTE.volumeLabel, cluster: 0, sizeBytes: 0 })];
  const next = { cluster: FIRST_CLUSTER };
  for (const [index, { name, content }] of files.entries()) {
    const first = next.cluster;
    const count = Math.ceil(content.length / SECTOR_BYTES);
    if (first + count > FIRST_CLUSTER + CLUSTERS) throw new RangeError("the files are larger than the file system");
    content.copy(image, DATA_START + (first - FIRST_CLUSTER) * SECTOR_BYTES);
    for (let i = 0; i < count; i += 1) setCluster(fat, first + i, i === count - 1 ? END_OF_CHAIN : first + i + 1);
    next.cluster = first + count;
    const short = shortName(name, index);
    directory.push(...longNameEntries(name, short));
    directory.push(
      entry({
        name: short,
        attributes: ATTRIBUTE.readOnly,
        cluster: count === 0 ? 0 : first,
        sizeBytes: content.length,
      }),
    );
  }
  if (directory.length > ROOT_ENTRIES) throw new RangeError("more names than the root directory takes");

  for (let i = 0; i < FATS; i += 1) fat.copy(image, (1 + i * FAT_SECTORS) * SECTOR_BYTES);
  Buffer.concat(directory).copy(image, (1 + FATS * FAT_SECTORS) * SECTOR_BYTES);
  return image;
}

function bootSector(label: string): Buffer {
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.set([0xeb, 0x3c, 0x90]);
  sector.write("BERTH   ", 3, "latin1");
  sector.writeUInt16LE(SECTOR_BYTES, 11);
  sector.writeUInt8(1, 13); // sectors per cluster
  sector.writeUInt16LE(1, 14); // reserved sectors: this one
  sector.writeUInt8(FATS, 16);
  sector.writeUInt16LE(ROOT_ENTRIES, 17);
  sector.writeUInt16LE(SECTORS, 19);
  sector.writeUInt8(MEDIA_FIXED_DISK, 21);
  sector.writeUInt16LE(FAT_SECTORS, 22);
  sector.writeUInt16LE(32, 24); // sectors per track, and heads: any geometry will do
  sector.writeUInt16LE(2, 26);
  sector.writeUInt8(0x80, 36);
  sector.writeUInt8(0x29, 38); // what follows is there: serial, label, type
  sector.write("BRTH", 39, "latin1");
  sector.write(label.padEnd(11), 43, "latin1");
  sector.write("FAT12   ", 54, "latin1");
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** Entries of 12 bits, two in three bytes. */
function setCluster(fat: Buffer, cluster: number, value: number): void {
  const at = Math.floor(cluster * 1.5);
  const old = fat.readUInt16LE(at);
  fat.writeUInt16LE(cluster % 2 === 0 ? (old & 0xf000) | value : (old & 0x000f) | (value << 4), at);
}

interface Entry {
  /** Eleven characters: name and extension, padded, without the dot. */
  readonly name: string;
  readonly attributes: number;
  readonly cluster: number;
  readonly sizeBytes: number;
}

function entry({ name, attributes, cluster, sizeBytes }: Entry): Buffer {
  const bytes = Buffer.alloc(ENTRY_BYTES);
  bytes.write(name, 0, 11, "latin1");
  bytes.writeUInt8(attributes, 11);
  for (const at of [16, 18, 24]) bytes.writeUInt16LE(DATE, at);
  bytes.writeUInt16LE(cluster, 26);
  bytes.writeUInt32LE(sizeBytes, 28);
  return bytes;
}

/** Unique by its number; everyone reads the long one. */
function shortName(name: string, index: number): string {
  const base = name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "")
    .slice(0, 5);
  return `${base}~${index}`.padEnd(11);
}

/** The long name in parts of 13 characters, the last part first, each bound to the short name by a checksum. */
function longNameEntries(name: string, short: string): Buffer[] {
  const checksum = [...Buffer.from(short, "latin1")].reduce(
    (sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff,
    0,
  );
  const count = Math.ceil(name.length / LONG_NAME_CHARS);
  return Array.from({ length: count }, (_, i) => {
    const part = count - i;
    const bytes = Buffer.alloc(ENTRY_BYTES);
    bytes.writeUInt8(part | (i === 0 ? LAST_PART : 0), 0);
    bytes.writeUInt8(ATTRIBUTE.longName, 11);
    bytes.writeUInt8(checksum, 13);
    const text = name.slice((part - 1) * LONG_NAME_CHARS, part * LONG_NAME_CHARS);
    for (const [position, at] of [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].entries()) {
      // The name ends with a zero, and what is left after it is filled with ones.
      const code = position < text.length ? text.charCodeAt(position) : position === text.length ? 0 : 0xffff;
      bytes.writeUInt16LE(code, at);
    }
    return bytes;
  });
}
