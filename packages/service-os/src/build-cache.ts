import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";

/** What went into a build; the same ingredients are the same result. */
export function contentKey(ingredients: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of ingredients) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 16);
}

/**
 * Builds into a folder beside the cache and renames it in when complete, so that a killed build leaves nothing that
 * looks finished. Two builds of the same at once both work; the first to finish is kept.
 */
export async function cachedBuild<T>(
  place: { cacheDir: string; name: string; key: string; schema: z.ZodType<T> },
  build: (dir: string) => Promise<T>,
): Promise<T & { dir: string }> {
  const dir = join(place.cacheDir, `${place.name}-${place.key}`);
  const found = await readResult(dir, place.schema);
  if (found !== null) return { ...found, dir };
  await mkdir(place.cacheDir, { recursive: true });
  const work = await mkdtemp(join(place.cacheDir, `.building-${place.name}-`));
  try {
    const result = await build(work);
    await writeFile(join(work, "result.json"), JSON.stringify(result, null, 2));
    await rename(work, dir).catch(async (error: unknown) => {
      if ((await readResult(dir, place.schema)) === null) throw error;
    });
    return { ...result, dir };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function readResult<T>(dir: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(join(dir, "result.json"), "utf8").catch(() => null);
  return text === null ? null : schema.parse(JSON.parse(text));
}
