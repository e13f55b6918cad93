import type { Duplex } from "node:stream";
import { CONSOLE_CLOSE, type ConsoleKind } from "@berth/api/console.ts";
import type { WebSocket } from "ws";
import { type ConsoleLimits, closeReason, isInput, UNSENT_BYTES } from "./rules.ts";
import { TooSlow } from "./serial-lines.ts";

export type CloseCause = keyof typeof CONSOLE_CLOSE | "left" | "silent";

export interface SessionEnd {
  readonly cause: CloseCause;
  readonly bytesShown: number;
  readonly bytesTyped: number;
}

export interface SessionOptions {
  readonly kind: ConsoleKind;
  readonly watchOnly: boolean;
  readonly limits: Pick<ConsoleLimits, "idleMs" | "lookMs" | "pingMs">;
  /** Why it must end now; null while it may go on. */
  look(): Promise<string | null>;
}

const WORDS: Record<Exclude<CloseCause, "refused" | "left" | "silent" | "unavailable">, string> = {
  ended: "The console has ended: the machine was switched off, or what serves it restarted.",
  idle: "Nobody typed or moved the mouse for a long time.",
  slow: "The serial line said more than was read of it.",
};

/** Joins a browser and a backend until one of them ends; each waits for the other where it does not read. */
export function runSession(socket: WebSocket, backend: Duplex, options: SessionOptions): Promise<SessionEnd> {
  const { limits } = options;
  const ended = Promise.withResolvers<SessionEnd>();
  const count = { shown: 0, typed: 0 };
  const state = { isOver: false, isAlive: true, isLooking: false };

  const idle = setTimeout(() => end("idle", WORDS.idle), limits.idleMs);
  const pulse = setInterval(() => {
    if (!state.isAlive) return end("silent", "");
    state.isAlive = false;
    socket.ping();
  }, limits.pingMs);
  const looking = setInterval(() => void look(), limits.lookMs);

  function end(cause: CloseCause, words: string): void {
    if (state.isOver) return;
    state.isOver = true;
    clearTimeout(idle);
    clearInterval(pulse);
    clearInterval(looking);
    backend.destroy();
    if (cause === "silent") socket.terminate();
    else if (cause !== "left") socket.close(CONSOLE_CLOSE[cause], closeReason(words));
    // What waits in a socket that is paused or not read would be kept until the other side answers.
    socket.resume();
    ended.resolve({ cause, bytesShown: count.shown, bytesTyped: count.typed });
  }

  async function look(): Promise<void> {
    if (state.isLooking) return;
    state.isLooking = true;
    // A database that is away for a moment is no loss of a right.
    const why = await options.look().catch(() => null);
    state.isLooking = false;
    if (why !== null) end("refused", why);
  }

  backend.on("data", (chunk: Buffer) => {
    if (state.isOver) return;
    count.shown += chunk.length;
    socket.send(chunk, { binary: true }, () => {
      if (!state.isOver && socket.bufferedAmount < UNSENT_BYTES) backend.resume();
    });
    if (socket.bufferedAmount >= UNSENT_BYTES) backend.pause();
  });
  backend.on("error", (error) => (error instanceof TooSlow ? end("slow", WORDS.slow) : end("ended", WORDS.ended)));
  backend.once("end", () => end("ended", WORDS.ended));
  backend.once("close", () => end("ended", WORDS.ended));

  socket.on("pong", () => {
    state.isAlive = true;
  });
  socket.on("message", (data) => {
    // With `binaryType` nodebuffer, which is ws's own choice, a message is one Buffer.
    const message = data as Buffer;
    if (isInput(options.kind, message)) idle.refresh();
    if (state.isOver || options.watchOnly) return;
    count.typed += message.length;
    if (backend.write(message)) return;
    socket.pause();
    backend.once("drain", () => socket.resume());
  });
  socket.on("error", () => end("left", ""));
  socket.once("close", () => end("left", ""));
  // Both may have gone while nobody listened.
  if (socket.readyState !== socket.OPEN) end("left", "");
  else if (backend.destroyed) end("ended", WORDS.ended);
  else socket.resume();
  return ended.promise;
}
