import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, link, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../kernel/errors.ts";
import type { Outgoing } from "../kernel/outgoing.ts";
import type { StepCall } from "../kernel/workflow/workflow.ts";
import { BuiltDisk, BuiltServiceOs, buildInChild, percentOfLine } from "./build-child.ts";
import { convertQcow2, copySparse, type DiskFacts, hashAndCompress, hasPartitionTable } from "./disk-write.ts";
import type { ImageFiles } from "./image-files.ts";
import type { ImageMake, ImageSource } from "./image-make.ts";
import { checkQcow2, QCOW2_HEADER_BYTES } from "./qcow2-rules.ts";

export interface ImageFetchDeps {
  readonly files: ImageFiles;
  readonly outgoing: Outgoing;
  readonly cacheDir: string;
}

const MAX_DISK_BYTES = 64 * 1024 ** 3;

/** Makes the two files of an image be in its folder. Run again after a crash it begins anew: a half is never trusted. */
export async function fetchImage(deps: ImageFetchDeps, make: ImageMake, call: StepCall): Promise<DiskFacts> {
  const dir = await deps.files.prepare(make.imageId);
  const { source } = make;
  if (source.kind === "build") return build(deps, make.imageId, source, call);
  const given = source.kind === "file" ? deps.files.importPath(source.file) : await download(deps, source, dir, call);
  const problem = await problemOf(given, source);
  if (problem !== null) throw new AppError("invalid_request", `the image can't be imported: ${problem}`);
  const [raw, stream] = [deps.files.path(make.imageId, "raw"), deps.files.path(make.imageId, "stream")];
  const half = `${raw}.half`;
  call.progress(50, "taking over the disk");
  if (source.format === "qcow2") await convertQcow2(given, half, call);
  else await copySparse(given, half, call);
  if (!(await hasPartitionTable(half))) {
    throw new AppError("invalid_request", "the image can't be imported: its disk has no partition table");
  }
  await rename(half, raw);
  call.progress(75, "hashing and compressing");
  const facts = await hashAndCompress(raw, stream, call);
  if (source.kind === "url") await rm(given, { force: true });
  return facts;
}

async function build(
  deps: ImageFetchDeps,
  imageId: string,
  { recipe, mirror }: Extract<ImageSource, { kind: "build" }>,
  call: StepCall,
): Promise<DiskFacts> {
  const last = { percent: 0 };
  const onLine = (line: string) => {
    last.percent = Math.max(last.percent, percentOfLine(line) ?? 0);
    call.progress(last.percent, line.replace(/^I: /, "").slice(0, 120));
  };
  const common = { cacheDir: deps.cacheDir, mirror };
  // A machine that boots to be installed should not have to wait for the system that installs it.
  if (recipe !== "stand-in")
    await buildInChild({ ...common, recipe: "service-os", schema: BuiltServiceOs }, { signal: call.signal, onLine });
  const built = await buildInChild({ ...common, recipe, schema: BuiltDisk }, { signal: call.signal, onLine });
  call.progress(98, "taking it over from the cache");
  await takeOver(join(built.dir, built.rawFile), deps.files.path(imageId, "raw"));
  await takeOver(join(built.dir, built.streamFile), deps.files.path(imageId, "stream"));
  return { rawBytes: built.rawBytes, rawSha256: built.rawSha256, streamBytes: built.streamBytes };
}

/** Nobody writes to a built image any more, so a second name for the same file is enough where cache and state share a disk. */
async function takeOver(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EXDEV" && error.code !== "EPERM" && error.code !== "EMLINK") throw error;
    await copyFile(from, to);
  });
}

async function download(
  deps: ImageFetchDeps,
  { url }: Extract<ImageSource, { kind: "url" }>,
  dir: string,
  call: StepCall,
): Promise<string> {
  const path = join(dir, "download");
  const { body, sizeBytes } = await deps.outgoing.download(url, call);
  const bounded = async function* (source: Readable) {
    let seen = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen > MAX_DISK_BYTES)
        throw new AppError("invalid_request", `the image is larger than ${MAX_DISK_BYTES} bytes`);
      call.progress(sizeBytes === null ? 0 : Math.floor((50 * seen) / sizeBytes), "fetching");
      yield chunk;
    }
    if (sizeBytes !== null && seen !== sizeBytes) throw new AppError("unavailable", "the image's download was cut");
  };
  await pipeline(body, bounded, createWriteStream(path, { mode: 0o600 }), { signal: call.signal });
  return path;
}

async function problemOf(path: string, source: Exclude<ImageSource, { kind: "build" }>): Promise<string | null> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return `there is no file ${source.kind === "file" ? source.file : "where it was fetched to"}`;
  if (!facts.isFile() || facts.size === 0) return "it is no file with something in it";
  if (facts.size > MAX_DISK_BYTES) return `it is larger than ${MAX_DISK_BYTES} bytes`;
  if (source.sha256 !== undefined && (await sha256(path)) !== source.sha256)
    return "its digest is not the one that was given";
  if (source.format === "raw") return null;
  await using file = await open(path, "r");
  const header = Buffer.alloc(Math.min(QCOW2_HEADER_BYTES, facts.size));
  await file.read(header, 0, header.length, 0);
  const checked = checkQcow2(header, { virtualBytes: MAX_DISK_BYTES });
  return "problem" in checked ? checked.problem : null;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
