import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { readImageRef, replicaVolume } from "./image-rules.ts";
import { type ImageRow, imageById, imageByName } from "./store.ts";

/** An image as other rooms use it. */
export interface Image {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly os: string | null;
  readonly firmware: readonly string[];
  readonly rawBytes: number;
  readonly rawSha256: string;
  readonly streamBytes: number;
  /** Its read-only volume on hosts. */
  readonly volume: string;
}

/**
 * The image that `debian-12` (the newest) or `debian-12@3` stands for.
 * @throws AppError `invalid_request` for a text that is no such reference, `not_found` when there is none.
 */
export async function findImage(tx: Db | Tx, ref: string): Promise<Image> {
  const wanted = readImageRef(ref);
  if (wanted === null) {
    const message = `${JSON.stringify(ref.slice(0, 100))} names no image: write a name such as debian-12, or debian-12@3 for one version`;
    throw new AppError("invalid_request", message);
  }
  const row = await imageByName(tx, wanted.name, wanted.version);
  if (row !== null) return imageOf(row);
  const newest = wanted.version === null ? null : await imageByName(tx, wanted.name, null);
  const help = newest === null ? "" : `; the newest is ${newest.name}@${newest.version}`;
  throw new AppError("not_found", `there is no image ${ref}${help}`);
}

/** @throws AppError `not_found`. */
export async function findImageById(tx: Db | Tx, id: string): Promise<Image> {
  const row = await imageById(tx, id);
  if (row === null) throw new AppError("not_found", `there is no image ${id}`);
  return imageOf(row);
}

export function imageOf(row: ImageRow): Image {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    os: row.os,
    firmware: row.firmware,
    rawBytes: row.raw_bytes,
    rawSha256: row.raw_sha256,
    streamBytes: row.stream_bytes,
    volume: replicaVolume(row.raw_sha256),
  };
}
