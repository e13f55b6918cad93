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
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map(formatValue).join(", ");
  const parts = Object.entries(value as Record<string, unknown>).map(([key, inner]) => `${key}=${formatValue(inner)}`);
  return parts.length === 0 ? "-" : parts.join(" ");
}

function formatText(text: string): string {
  const time = ISO_TIME.exec(text);
  return time === null ? clean(text) : `${time[1]} ${time[2]}Z`;
}

/** `price.perDay` → the value at that place. */
export function valueAt(item: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
  }, item);
}

/** `price.perDay` → `PRICE PER DAY`; a heading. */
export function heading(path: string): string {
  return wordsOf(path).join(" ").toUpperCase();
}

/** `leasePolicy` → `lease`, `policy`; `memoryGiB` → `memory`, `gib`. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([KMGT])iB/g, "$1ib")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[ .]/)
    .map((word) => word.toLowerCase());
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
