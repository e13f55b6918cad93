import { wordsOf } from "@berth/api/flag-name.ts";
/**
 * Text for a terminal. Names, notes and log lines come from elsewhere: none of them may move the cursor or colour the
 * rest (C0 and C1 controls, and what turns the direction of writing).
 */
export function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "�");
}

/** One line of it. */
export function cleanLine(text: string): string {
  return clean(text.replaceAll(/\s*[\r\n\t]+\s*/g, " "));
}

const ISO_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)$/;

/** A value as people read it in a cell. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return formatText(value);
  if (Array.isArray(value)) return value.length === 0 ? "-" : formatList(value);
  const parts = Object.entries(value as Record<string, unknown>).map(([key, inner]) => `${key}=${formatValue(inner)}`);
  return parts.length === 0 ? "-" : parts.join(" ");
}

/** Things of a list in a cell are their values: `lan 10.77.1.5, storage 10.77.2.5`. */
function formatList(items: readonly unknown[]): string {
  const isThing = (item: unknown) => typeof item === "object" && item !== null && !Array.isArray(item);
  return items
    .map((item) =>
      isThing(item)
        ? Object.values(item as object)
            .map(formatValue)
            .join(" ")
        : formatValue(item),
    )
    .join(", ");
}

function formatText(text: string): string {
  const time = ISO_TIME.exec(text);
  return time === null ? clean(text) : `${time[1]} ${time[2]}Z`;
}

/** `price.perDay` → the value at that place; or of that very name. */
export function valueAt(item: unknown, path: string): unknown {
  if (typeof item === "object" && item !== null && Object.hasOwn(item, path))
    return (item as Record<string, unknown>)[path];
  return path.split(".").reduce<unknown>((at, key) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
  }, item);
}

const UNIT = /^(.+?)([KMGT]iB)$/;

/** `price.perDay` → `PRICE PER DAY`, `memoryMiB` → `MEMORY (MiB)`; a heading. */
export function heading(path: string): string {
  const [, name = path, unit] = UNIT.exec(path) ?? [];
  const words = wordsOf(name).join(" ").toUpperCase();
  return unit === undefined ? words : `${words} (${unit})`;
}

/** 62_000 → `1m02s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  const whole = Math.floor(seconds);
  const pad = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${pad(Math.floor(whole / 60) % 60)}m`;
}

export type Paint = (style: "bold" | "dim" | "red" | "green" | "yellow" | "cyan", text: string) => string;

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

export function painter(hasColor: boolean): Paint {
  return (style, text) => (hasColor ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text);
}
