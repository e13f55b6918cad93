import { CONSOLE_CLOSE, type ConsoleKind } from "@berth/api/console.ts";

export type SubjectKind = "server" | "machine";

/** What serves a console on the page, once it is there. */
export interface ConsoleHandle {
  focus(): void;
  /** Types a text, as a person would. */
  type(text: string): void;
  /** Absent where there are no such keys. */
  readonly ctrlAltDel?: () => void;
  /** Fits the picture to the page, or shows each of its dots. Absent where it always fits. */
  readonly fit?: (isFitted: boolean) => void;
  close(): void;
}

/** Makes the view of an open WebSocket inside an element; `onSize` hears how large what is shown is. */
export type AttachConsole = (
  target: HTMLElement,
  socket: WebSocket,
  on: { readonly size: (text: string) => void; readonly failed: (text: string) => void },
) => ConsoleHandle;

export const KIND_NAMES: Record<ConsoleKind, string> = { vnc: "Screen", serial: "Serial line" };

/** What the end of a console means for who looked at it. */
export function closeWords(code: number, reason: string): { readonly title: string; readonly text: string } {
  switch (code) {
    case CONSOLE_CLOSE.ended:
      return { title: "The console has ended", text: reason };
    case CONSOLE_CLOSE.idle:
      return { title: "Closed, as nobody used it", text: reason };
    case CONSOLE_CLOSE.refused:
      return { title: "You may not see this console any more", text: reason };
    case CONSOLE_CLOSE.unavailable:
      return { title: "The console could not be opened", text: reason };
    case CONSOLE_CLOSE.slow:
      return { title: "Closed, as this page could not keep up", text: reason };
    default:
      return { title: "The connection is lost", text: "Berth, or the network on the way to it, does not answer." };
  }
}

const RETURN = 0xff0d;
const TAB = 0xff09;
/** Above Latin-1, X11 names the keys of Unicode's characters from here on. */
const UNICODE_KEYS = 0x01000000;

/** The X11 key symbols that type a text; what no key types is left out. */
export function keysOf(text: string): number[] {
  const keys: number[] = [];
  for (const char of text.replaceAll("\r\n", "\n")) {
    const code = char.codePointAt(0) ?? 0;
    if (char === "\n" || char === "\r") keys.push(RETURN);
    else if (char === "\t") keys.push(TAB);
    else if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)) keys.push(code);
    else if (code > 0xff) keys.push(UNICODE_KEYS + code);
  }
  return keys;
}

/** Lines end with Return on a serial line, and control characters are not pasted by accident. */
export function serialText(text: string): string {
  return text.replaceAll(/\r\n?|\n/g, "\r").replaceAll(/[^\P{Cc}\r\t]/gu, "");
}

/** The console that is shown first. */
export function firstKind(kinds: readonly ConsoleKind[], wanted: string | null): ConsoleKind | null {
  return kinds.find((kind) => kind === wanted) ?? kinds[0] ?? null;
}

export function socketUrl(path: string, page: { readonly protocol: string; readonly host: string }): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}${path}`;
}
