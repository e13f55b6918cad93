import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXTS = /\.(?:js|css|html|svg|json)$/;
/** Smaller ones would not become smaller. */
const MIN_BYTES = 1_024;
/** 11 takes five times as long for three percent. */
const BROTLI_QUALITY = 9;
const GZIP_LEVEL = 8;

/** Writes each text beside itself as brotli and gzip, so that the controller only picks one. */
export function compress(): Plugin {
  let outDir = "";
  return {
    name: "berth-compress",
    apply: "build",
    configResolved: (config) => {
      outDir = config.build.outDir;
    },
    closeBundle: async () => {
      const entries = await readdir(outDir, { withFileTypes: true, recursive: true });
      const files = entries.filter((entry) => entry.isFile() && TEXTS.test(entry.name));
      await Promise.all(files.map((entry) => compressFile(join(entry.parentPath, entry.name))));
    },
  };
}

async function compressFile(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < MIN_BYTES) return;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, quality));
  await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: GZIP_LEVEL }));
}
