import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { createWebSocketStream, WebSocket } from "ws";
import { ProviderError } from "../../kernel/errors.ts";

/** What is refused in one message; a screen of 4K in one rectangle is 33 MB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface Asked {
  readonly origin: string;
  readonly path: string;
  readonly headers: Record<string, string>;
}

/** A WebSocket over a connection that is there: its bytes, or the status with which it was refused. */
export function openWebSocket(
  connection: TLSSocket,
  { origin, path, headers }: Asked,
  signal: AbortSignal,
): Promise<Duplex | number> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex | number>();
  const url = `${origin.replace(/^http/, "ws")}${path}`;
  const socket = new WebSocket(url, {
    createConnection: () => connection,
    headers,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  // Made at once: what the other side says right after its answer must find somebody.
  const stream = createWebSocketStream(socket);
  const stop = () => socket.terminate();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  stream.once("error", (cause) => reject(new ProviderError("unreachable", "the console did not open", { cause })));
  socket.once("unexpected-response", (_asking, answer) => {
    resolve(answer.statusCode ?? 0);
    socket.terminate();
  });
  socket.once("open", () => {
    signal.removeEventListener("abort", stop);
    resolve(stream);
  });
  return promise;
}
