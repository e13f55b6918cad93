import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ImageFiles } from "../images/image-files.ts";
import type { Db } from "../kernel/db/db.ts";
import type { Log } from "../kernel/log.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { ensureBootCertificate } from "./certificate.ts";
import { keepIntroduced } from "./introduce.ts";
import { createBootService } from "./service.ts";
import { cachedServiceOs } from "./service-os-files.ts";

export interface BootDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly files: ImageFiles;
  readonly log: Log;
  readonly stateDir: string;
  readonly cacheDir: string;
}

/** Serves booting machines, and keeps all edges knowing where. */
export async function startBoot(deps: BootDeps): Promise<{ close(): Promise<void> }> {
  const { db, log } = deps;
  const { certificate, key, pin } = await ensureBootCertificate(db, deps.secrets);
  const serviceOs = cachedServiceOs({ cacheDir: deps.cacheDir, log });
  const service = createBootService({ ...deps, serviceOs, pin });
  const run = join(deps.stateDir, "run");
  await removeLeftSockets(run);
  // Controllers may share a state directory; each has a socket of its own.
  const bootSocket = join(run, `boot-${process.pid}.sock`);
  await service.listen(bootSocket);
  const introductions = keepIntroduced({ db, log, boot: { bootSocket, tls: { certificate, key } } });
  return {
    async close() {
      await introductions.stop();
      await service.close();
      await serviceOs.close();
    },
  };
}

/** A killed controller leaves its socket behind. */
async function removeLeftSockets(run: string): Promise<void> {
  for (const name of await readdir(run)) {
    const pid = /^boot-(\d+)\.sock$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(run, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
