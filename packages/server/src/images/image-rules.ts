/** `debian-12` is the newest version, `debian-12@3` just that one; null for a text that is neither. */
export function readImageRef(ref: string): { name: string; version: number | null } | null {
  const match = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:@([1-9]\d{0,8}))?$/.exec(ref);
  if (match === null) return null;
  const [, name = "", version] = match;
  return { name, version: version === undefined ? null : Number(version) };
}

/** The name of an image's read-only volume on hosts: the same bytes are the same volume, whatever the image is called. */
export const replicaVolume = (rawSha256: string): string => `berth-image-${rawSha256.slice(0, 16)}`;
