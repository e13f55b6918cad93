import { type IncomingMessage, request } from "node:http";
import type { Dial } from "../kernel/dial.ts";
import { ProviderError } from "../kernel/errors.ts";

export interface PageTarget {
  readonly dial: Dial;
  readonly ip: string;
  readonly port: number;
  /** Begins with a slash. */
  readonly path: string;
}

export interface Page {
  readonly status: number;
  /** At most the first MiB. */
  readonly body: string;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** What a request line can carry unchanged (RFC 3986): no space, no control character. */
const PATH = /^\/[\x21-\x7e]{0,2000}$/;

/** GET over plain HTTP, as seen from the server's site. Follows no redirect. */
export async function fetchPage({ dial, ip, port, path }: PageTarget, call: { signal: AbortSignal }): Promise<Page> {
  if (!PATH.test(path)) throw new ProviderError("rejected", "a path begins with a slash and has no spaces");
  const socket = await dial({ host: ip, port }, call);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({
        // Without `agent: false`: Node would then make an agent, which connects by itself and leaves this socket alone.
        createConnection: () => socket,
        host: ip,
        port,
        path,
        headers: { accept: "*/*", connection: "close", "user-agent": "berth" },
        signal: call.signal,
      });
      asked.once("response", resolve);
      asked.once("error", reject);
      asked.end();
    });
    return { status: response.statusCode ?? 0, body: await readBounded(response) };
  } catch (cause) {
    throw new ProviderError("unreachable", `no page came from port ${port} of the server`, { cause });
  } finally {
    socket.destroy();
  }
}

async function readBounded(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    parts.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, MAX_BODY_BYTES).toString("utf8");
}
