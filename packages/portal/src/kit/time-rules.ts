const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `in 3 days`, `5 minutes ago`. */
export function relativeTime(at: number, now: number): string {
  const ms = at - now;
  const far = Math.abs(ms);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (far < MINUTE_MS) return ms > 0 ? "in a moment" : "just now";
  if (far < HOUR_MS) return words.format(Math.round(ms / MINUTE_MS), "minute");
  if (far < DAY_MS) return words.format(Math.round(ms / HOUR_MS), "hour");
  if (far < 45 * DAY_MS) return words.format(Math.round(ms / DAY_MS), "day");
  return words.format(Math.round(ms / (30.44 * DAY_MS)), "month");
}

/** `2.4 s`, `1 min 20 s`, `3 h 5 min`, `2 d 4 h`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, "min", Math.round(seconds % 60), "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(hours, "h", minutes % 60, "min");
  return joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `21 Nov 2026, 14:05`, in the reader's own time zone. */
export function exactTime(at: number): string {
  return new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** What an input of type datetime-local shows for a time, and back. */
export function toLocalInput(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const local = new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS);
  return local.toISOString().slice(0, 16);
}

export function fromLocalInput(text: string): string | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
