const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
const STEP = 1024;

/** `512 MiB`, `7.5 GiB`. */
export function memoryText(mib: number): string {
  return bytesText(mib * STEP * STEP);
}

/** `478 MiB`, `1.5 GiB`: at most one digit behind the point. */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = (bytes / STEP ** power).toLocaleString("en", { maximumFractionDigits: 1 });
  return `${value} ${UNITS[power]}`;
}
