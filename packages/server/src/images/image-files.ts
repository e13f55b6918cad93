import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

const CHUNK_BYTES = 1024 * 1024;
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The two forms of an image on disk: as it gets written (sparse), and as it is streamed to machines (zstd). */
export type ImageForm = "raw" | "stream";
const FILE: Record<ImageForm, string> = { raw: "disk.raw", stream: "disk.raw.zst" };

/** Where images lie: one folder for each, named after its id, so that whatever was left half-made is found by name. */
export interface ImageFiles {
  /** A file that an administrator put there to be imported. */
  importPath(name: string): string;
  path(imageId: string, form: ImageForm): string;
  /** Makes the image's folder. */
  prepare(imageId: string): Promise<string>;
  /** `end` is the last byte, inclusive. Rejects when the file is not there. */
  open(imageId: string, form: ImageForm, range?: { start: number; end: number }): Promise<Readable>;
  remove(imageId: string): Promise<void>;
}

export function imageFiles(stateDir: string): ImageFiles {
  const folder = (imageId: string) => {
    if (!ID.test(imageId)) throw new Error("an image's id is a UUID");
    return join(stateDir, "images", imageId);
  };
  const path = (imageId: string, form: ImageForm) => join(folder(imageId), FILE[form]);
  return {
    path,
    importPath(name) {
      if (!PLAIN_NAME.test(name)) throw new Error("a file to import is named without folders");
      return join(stateDir, "import", name);
    },
    async prepare(imageId) {
      const dir = folder(imageId);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      return dir;
    },
    async open(imageId, form, range) {
      const file = path(imageId, form);
      await stat(file);
      return createReadStream(file, { highWaterMark: CHUNK_BYTES, ...range });
    },
    remove: (imageId) => rm(folder(imageId), { recursive: true, force: true }),
  };
}
