import { createHash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { SimVolumeInfo, SimVolumeSpec } from "@berth/api/simulated-host.ts";
import { HostProblem } from "./host-problem.ts";
import { readSeed, type Seed } from "./seed.ts";
import { emptyMemory, type SystemMemory } from "./system-disk.ts";

/**
 * The disks of a simulated host. What is written is hashed and counted; its bytes are kept (compressed) only where they
 * are few, as those of a seed are: thousands of disks of gigabytes have to fit.
 */
export interface SimVolumes {
  readonly pool: string;
  ensure(name: string, spec: SimVolumeSpec): void;
  /** Refuses at once what could not be written to its end. */
  startWrite(name: string, sizeBytes: number): VolumeWrite;
  /** `isUsed` says whether a running VM has it. */
  remove(name: string, isUsed: boolean): void;
  list(): SimVolumeInfo[];
  capacity(): { totalBytes: number; freeBytes: number };
  has(name: string): boolean;
  /** What a machine finds when it starts from it; null when there is nothing to start. */
  system(name: string): DiskSystem | null;
  seed(name: string): Seed | null;
  /** All bytes of a small volume, null when they were not kept. */
  read(name: string): Buffer | null;
}

export interface VolumeWrite {
  add(chunk: Buffer): void;
  finish(): void;
  /** What was written so far is no content. */
  cut(): void;
}

export interface DiskSystem {
  readonly sha256: string;
  /** What the first start left there. */
  installed: Seed | null;
  readonly memory: SystemMemory;
}

interface Written {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly kept: Buffer | null;
}

interface Volume {
  readonly spec: SimVolumeSpec;
  written: Written | null;
  isBeingWritten: boolean;
  system: DiskSystem | null;
}

const KEPT_BYTES = 4 * 1024 * 1024;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export function simVolumes(pool: string, totalBytes: number, isFull: () => boolean): SimVolumes {
  const volumes = new Map<string, Volume>();
  const usedBytes = () => [...volumes.values()].reduce((sum, { written }) => sum + (written?.sizeBytes ?? 0), 0);
  const freeBytes = () => (isFull() ? 0 : Math.max(0, totalBytes - usedBytes()));

  function need(name: string): Volume {
    const volume = volumes.get(name);
    if (volume === undefined) throw new HostProblem("not_found", "there is no such volume");
    return volume;
  }

  function checkBase({ base, format }: SimVolumeSpec): void {
    if (base === null) return;
    if (format !== "qcow2") throw new HostProblem("rejected", "only a qcow2 volume can lie over another");
    const below = volumes.get(base.name);
    if (below === undefined) throw new HostProblem("not_found", "the base of the volume is not in the pool");
    if (below.spec.base !== null) throw new HostProblem("rejected", "the base of the volume lies over another");
    if (below.spec.format !== base.format) throw new HostProblem("rejected", "the base has another format");
  }

  function bytesOf({ written, spec }: Volume): Buffer | null {
    if (written === null || written.kept === null) return null;
    const content = zstdDecompressSync(written.kept);
    return spec.format === "raw"
      ? Buffer.concat([content, Buffer.alloc(spec.capacityBytes - content.length)])
      : content;
  }

  return {
    pool,
    ensure(name, spec) {
      const known = volumes.get(name);
      if (known !== undefined && JSON.stringify(known.spec) === JSON.stringify(spec)) return;
      if (known !== undefined)
        throw new HostProblem("rejected", "a volume of that name is there with another size, format or base");
      checkBase(spec);
      volumes.set(name, { spec, written: null, isBeingWritten: false, system: null });
    },
    startWrite(name, sizeBytes) {
      const volume = need(name);
      if (volume.spec.base !== null)
        throw new HostProblem("rejected", "a volume that lies over another can't be written whole");
      if (sizeBytes > volume.spec.capacityBytes)
        throw new HostProblem("rejected", "the content is larger than the volume");
      if (volume.isBeingWritten) throw new HostProblem("busy", "the volume is being written");
      volume.written = null;
      volume.system = null;
      if (sizeBytes > freeBytes()) throw new HostProblem("rejected", "there is no space left on the host");
      volume.isBeingWritten = true;
      return writeTo(volume, sizeBytes);
    },
    remove(name, isUsed) {
      if (isUsed) throw new HostProblem("busy", "the volume belongs to a VM that is on");
      for (const { spec } of volumes.values())
        if (spec.base?.name === name) throw new HostProblem("busy", "another volume lies over this one");
      volumes.delete(name);
    },
    list: () =>
      [...volumes].map(([name, { spec, written }]) => ({
        pool,
        name,
        ...spec,
        allocatedBytes: written?.sizeBytes ?? 0,
        path: `/simulated/${pool}/${name}`,
      })),
    capacity: () => ({ totalBytes, freeBytes: freeBytes() }),
    has: (name) => volumes.has(name),
    system(name) {
      const volume = volumes.get(name);
      if (volume === undefined) return null;
      const below = volume.spec.base === null ? volume : volumes.get(volume.spec.base.name);
      if (below === undefined || below.written === null) return null;
      volume.system ??= { sha256: below.written.sha256, installed: null, memory: emptyMemory() };
      return volume.system;
    },
    seed(name) {
      const volume = volumes.get(name);
      const bytes = volume === undefined ? null : bytesOf(volume);
      return bytes === null ? null : readSeed(bytes);
    },
    read: (name) => bytesOf(need(name)),
  };
}

function writeTo(volume: Volume, sizeBytes: number): VolumeWrite {
  const hash = createHash("sha256");
  const kept: Buffer[] | null = sizeBytes <= KEPT_BYTES ? [] : null;
  return {
    add(chunk) {
      hash.update(chunk);
      kept?.push(chunk);
    },
    finish() {
      volume.isBeingWritten = false;
      const bytes = kept === null ? null : zstdCompressSync(Buffer.concat(kept), FAST);
      volume.written = { sizeBytes, sha256: hash.digest("hex"), kept: bytes };
    },
    cut() {
      volume.isBeingWritten = false;
    },
  };
}
