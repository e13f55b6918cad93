import type { ServerResponse } from "node:http";
import { toProblem } from "./problem.ts";

export interface StreamOptions {
  readonly headers: Record<string, string>;
  readonly requestId: string;
  readonly heartbeatMs: number;
  /** Ends when the client is gone or the server shuts down. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/**
 * Sends events as `text/event-stream` until the source or the client ends. An error ends it with an event `error`
 * whose data is a problem; a clean end is an event `end`, so that a client knows it from a lost connection.
 */
export async function sendStream(
  response: ServerResponse,
  events: AsyncIterable<unknown>,
  options: StreamOptions,
): Promise<void> {
  response.writeHead(200, { ...options.headers, "content-type": "text/event-stream", "x-accel-buffering": "no" });
  response.write(": stream begins\n\n");
  const heartbeat = setInterval(() => response.write(": still here\n\n"), options.heartbeatMs);
  const iterator = events[Symbol.asyncIterator]();
  const gone = new Promise<{ done: true; value: undefined }>((resolve) => {
    const end = () => resolve({ done: true, value: undefined });
    if (options.signal.aborted) end();
    options.signal.addEventListener("abort", end, { once: true });
  });
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), gone]);
      if (next.done === true) break;
      await write(response, frame(next.value), gone);
    }
    if (!options.signal.aborted) response.write("event: end\ndata: {}\n\n");
  } catch (error) {
    options.onError(error);
    response.write(`event: error\ndata: ${JSON.stringify(toProblem(error, options.requestId))}\n\n`);
  } finally {
    clearInterval(heartbeat);
    response.end();
    // Not awaited: a source that waits for something may need as long as it likes to notice.
    void iterator.return?.().catch(options.onError);
  }
}

function frame(event: unknown): string {
  const id = typeof event === "object" && event !== null && "eventId" in event ? String(event.eventId) : null;
  const idLine = id === null || /[\r\n\0]/.test(id) ? "" : `id: ${id}\n`;
  return `${idLine}data: ${JSON.stringify(event)}\n\n`;
}

/** Waits when the client reads slower than we write, so that memory stays bounded. */
async function write(response: ServerResponse, text: string, gone: Promise<unknown>): Promise<void> {
  if (response.write(text)) return;
  await Promise.race([new Promise((resolve) => response.once("drain", resolve)), gone]);
}
