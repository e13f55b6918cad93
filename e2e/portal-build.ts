import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";

const DIST = join(import.meta.dirname, "../packages/portal/dist");

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** What a page is drawn with before anybody has written anything slanted or of one width. */
const FONTS = /^RedHat(?:Text|Display)VF\.woff2$/;
const FIRST_PAGE = "src/areas/home/home-page.tsx";

/** What a browser fetches until the home page is shown, as it comes over the wire: entry, page, all that they import, fonts. */
export async function firstLoadBytes(): Promise<number> {
  const manifest = JSON.parse(await readFile(join(DIST, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = new Set(["index.html", "theme.js"]);
  const waiting = ["index.html", FIRST_PAGE];
  const seen = new Set<string>();
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(key)) continue;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    waiting.push(...(chunk.imports ?? []));
  }
  for (const [name, { file }] of Object.entries(manifest)) if (FONTS.test(basename(name))) files.add(file);
  if (!seen.has("index.html") || !seen.has(FIRST_PAGE))
    throw new Error("the portal's build has no entry: is it built?");
  const sizes = await Promise.all([...files].map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** As brotli where there is one: that is what every browser takes. */
async function sizeOf(file: string): Promise<number> {
  const packed = await stat(join(DIST, `${file}.br`)).catch(() => null);
  return (packed ?? (await stat(join(DIST, file)))).size;
}
