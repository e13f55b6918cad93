import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BuiltServiceOs, buildInChild } from "../images/build-child.ts";
import type { Log } from "../kernel/log.ts";
import type { ServiceOs } from "./service.ts";

const RETRY_AFTER_MS = 60_000;
const CACHE_MS = 5_000;

/** The service OS out of the cache. The first machine that asks for it has it built, and is told to come again. */
export function cachedServiceOs(options: { cacheDir: string; log: Log }): ServiceOs & { close(): Promise<void> } {
  const { cacheDir, log } = options;
  const ending = new AbortController();
  const state = {
    built: null as { dir: string; kernel: string; initrd: string } | null,
    failedAt: null as number | null,
  };
  let building: Promise<void> | null = null;

  const build = async () => {
    const onLine = (line: string) => log.debug("building the service OS", { line });
    try {
      state.built = await buildInChild(
        { recipe: "service-os", cacheDir, schema: BuiltServiceOs },
        { signal: ending.signal, onLine },
      );
      log.info("the service OS is ready", { dir: state.built.dir });
    } catch (error) {
      state.failedAt = performance.now();
      if (!ending.signal.aborted)
        log.error("the service OS could not be built: machines can't be installed", { error });
    } finally {
      building = null;
    }
  };

  return {
    async file(name) {
      const isTooSoon = state.failedAt !== null && performance.now() - state.failedAt < RETRY_AFTER_MS;
      if (state.built === null && building === null && !isTooSoon && !ending.signal.aborted) building = build();
      // Out of the cache it is there in a moment; a machine that is told to come again loses half a minute.
      if (state.built === null && building !== null) await Promise.race([building, sleep(CACHE_MS)]);
      if (state.built === null) return null;
      const path = join(state.built.dir, name === "vmlinuz" ? state.built.kernel : state.built.initrd);
      const facts = await stat(path).catch(() => null);
      if (facts !== null) return { path, bytes: facts.size };
      // Somebody emptied the cache.
      state.built = null;
      return null;
    },
    async close() {
      ending.abort();
      await building;
    },
  };
}
