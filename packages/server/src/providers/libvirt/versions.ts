/** libvirt packs a version into one number: 7002022 is 7.2.22. */
export function versionText(packed: number): string {
  return [Math.floor(packed / 1_000_000), Math.floor(packed / 1_000) % 1_000, packed % 1_000].join(".");
}
