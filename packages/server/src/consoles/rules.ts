import type { ConsoleKind } from "@berth/api/console.ts";

/** What an open console may take. Times in ms, sizes in bytes. */
export interface ConsoleLimits {
  /** From the ticket to the WebSocket. */
  readonly ticketMs: number;
  /** Without a key or a mouse. */
  readonly idleMs: number;
  /** How often it is looked whether the right to it still holds. */
  readonly lookMs: number;
  /** How often the other side must show that it is there. */
  readonly pingMs: number;
  readonly perController: number;
  readonly perUser: number;
}

export const CONSOLE_LIMITS: ConsoleLimits = {
  ticketMs: 60_000,
  idleMs: 30 * 60_000,
  lookMs: 15_000,
  pingMs: 20_000,
  perController: 500,
  perUser: 100,
};

/** What is said again to who opens a serial line that others watch. */
export const HISTORY_BYTES = 64 * 1024;
/** What a watcher has not read; beyond it he is sent away, because the line waits for nobody. */
export const WATCHER_BYTES = 1024 * 1024;
/** What waits in this controller for one browser before the backend is no longer read. */
export const UNSENT_BYTES = 256 * 1024;
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/**
 * Browsers send their cookies with a WebSocket that any page opens, and say which page it was. Programs that show a
 * token say no origin.
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, shows: "token" | "session"): boolean {
  if (origin === undefined) return shows === "token";
  const url = URL.parse(origin);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.host === host;
}

/** RFC 6143, 7.5: keys, pointer and clipboard are a person's; what else a client sends, it sends by itself. */
const RFB_INPUT: ReadonlySet<number> = new Set([4, 5, 6]);

/** Whether somebody is there who types or moves. A client sends each of its messages by itself. */
export function isInput(kind: ConsoleKind, message: Buffer): boolean {
  return kind === "serial" || RFB_INPUT.has(message[0] ?? -1);
}

/** A close reason is at most 123 bytes of UTF-8 (RFC 6455, 5.5.1). */
export function closeReason(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e]/g, "?");
  return plain.length <= 123 ? plain : `${plain.slice(0, 120)}...`;
}
