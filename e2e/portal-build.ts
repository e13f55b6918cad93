import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

const DIST = join(import.meta.dirname, "../packages/portal/dist");

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** What a browser fetches before the first page can be shown, as it comes over the wire: the entry and all that it imports. */
export async function firstLoadBytes(): Promise<number> {
  const manifest = JSON.parse(await readFile(join(DIST, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = new Set(["index.html", "theme.js"]);
  const waiting = ["index.html"];
  const seen = new Set<string>();
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(key)) continue;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    waiting.push(...(chunk.imports ?? []));
  }
  if (seen.size === 0) throw new Error("the portal's build has no entry: is it built?");
  const sizes = await Promise.all([...files].map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** As brotli where there is one: that is what every browser takes. */
async function sizeOf(file: string): Promise<number> {
  const packed = await stat(join(DIST, `${file}.br`)).catch(() => null);
  return (packed ?? (await stat(join(DIST, file)))).size;
}
