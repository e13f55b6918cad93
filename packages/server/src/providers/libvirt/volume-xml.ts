import { posix } from "node:path";
import type { VolumeInfo, VolumeSpec } from "../provider.ts";
import { at, childOf, documentOf, parseXml, rootOf, tag, textAt, writeXml } from "./xml.ts";

export interface Backing {
  readonly path: string;
  readonly format: string;
}

/** A volume as libvirt sees it. */
export interface VolumeFacts {
  readonly name: string;
  readonly format: VolumeSpec["format"];
  readonly capacityBytes: number;
  readonly allocatedBytes: number;
  readonly path: string;
  readonly backing: Backing | null;
}

export function newVolumeXml(spec: Pick<VolumeFacts, "name" | "format" | "capacityBytes" | "backing">): string {
  const { backing } = spec;
  const children = [
    tag("name", {}, [spec.name]),
    tag("capacity", { unit: "bytes" }, [String(spec.capacityBytes)]),
    // Room is taken as it is written, not before.
    tag("allocation", { unit: "bytes" }, ["0"]),
    tag("target", {}, [tag("format", { type: spec.format })]),
    ...(backing === null
      ? []
      : [tag("backingStore", {}, [tag("path", {}, [backing.path]), tag("format", { type: backing.format })])]),
  ];
  return writeXml(documentOf(tag("volume", {}, children)));
}

export function readVolumeXml(xml: string): VolumeFacts {
  const root = rootOf(parseXml(xml, "volume"));
  const backing = childOf(root, "backingStore");
  const backingPath = backing === null ? null : textAt(backing, "path");
  return {
    name: textAt(root, "name") ?? "",
    format: formatOf(at(root, "target", "format")?.getAttribute("type")),
    capacityBytes: Number(textAt(root, "capacity") ?? "0"),
    allocatedBytes: Number(textAt(root, "allocation") ?? "0"),
    path: textAt(root, "target", "path") ?? "",
    backing:
      backing === null || !backingPath
        ? null
        : { path: backingPath, format: at(backing, "format")?.getAttribute("type") ?? "raw" },
  };
}

/** libvirt looks into files and names many kinds; all that is not qcow2 is bytes to us. */
function formatOf(said: string | null | undefined): VolumeSpec["format"] {
  return said === "qcow2" ? "qcow2" : "raw";
}

export function volumeInfo(pool: string, facts: VolumeFacts): VolumeInfo {
  const { backing, ...rest } = facts;
  return {
    pool,
    ...rest,
    base: backing === null ? null : { name: posix.basename(backing.path), format: formatOf(backing.format) },
  };
}

export type VolumePlan = "nothing" | "create" | "recreate" | "refuse";

const KIB = 1024;

/** What to do about a volume that should be there. */
export function planVolume(spec: VolumeSpec, found: VolumeFacts | null): VolumePlan {
  if (found === null) return "create";
  const base = found.backing === null ? null : posix.basename(found.backing.path);
  const same =
    found.format === spec.format &&
    base === (spec.base?.name ?? null) &&
    // qemu-img makes qcow2 in whole KiB.
    Math.ceil(found.capacityBytes / KIB) === Math.ceil(spec.capacityBytes / KIB);
  if (same) return "nothing";
  // A host that died while it made the file leaves one that is too short and empty.
  const begun = found.format === "raw" && found.allocatedBytes === 0 && found.capacityBytes < spec.capacityBytes;
  return begun ? "recreate" : "refuse";
}
