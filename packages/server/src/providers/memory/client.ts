import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SimHostProblem } from "@berth/api/simulated-host.ts";
import type { z } from "zod";
import { ProviderError } from "../../kernel/errors.ts";
import type { Call } from "../provider.ts";
import type { MemorySettings } from "./settings.ts";

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Nothing that a simulated host is asked takes long; shorter than a step, so that the step can ask again. */
const SILENT_MS = 30_000;

export interface MemoryClient {
  /** `path` in segments below the host. */
  get<T>(path: readonly string[], schema: z.ZodType<T>, call: Call): Promise<T>;
  send(method: "PUT" | "POST" | "DELETE", path: readonly string[], body: unknown, call: Call): Promise<void>;
  upload(path: readonly string[], content: { sizeBytes: number; source: () => Readable }, call: Call): Promise<void>;
  stream(path: readonly string[], call: Call): Promise<IncomingMessage>;
  /** The bytes behind an upgrade to that protocol. */
  upgrade(path: readonly string[], protocol: string, call: Call): Promise<Duplex>;
}

/** HTTP to one host of a simulated lab. */
export function memoryClient(settings: MemorySettings): MemoryClient {
  const pathOf = (segments: readonly string[]) =>
    `/${["hosts", settings.host, ...segments].map(encodeURIComponent).join("/")}`;

  function open(method: string, path: readonly string[], headers: Record<string, string>, call: Call): ClientRequest {
    if (call.signal.aborted)
      throw new ProviderError("unreachable", "gave up before asking", { cause: call.signal.reason });
    return request({ socketPath: settings.socket, method, path: pathOf(path), headers, signal: call.signal });
  }

  async function exchange(method: string, path: readonly string[], body: unknown, call: Call): Promise<string> {
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
    const asking = open(method, path, headers, call);
    asking.setTimeout(SILENT_MS, () => asking.destroy(new Error("no answer in time")));
    asking.end(text);
    const answer = await answerOf(asking, { isRead: method === "GET" });
    return await readText(answer, { isRead: method === "GET" });
  }

  return {
    async get(path, schema, call) {
      const read = schema.safeParse(parsed(await exchange("GET", path, undefined, call)));
      if (read.success) return read.data;
      throw new ProviderError("rejected", "the host's answer is not in a form that is known", { cause: read.error });
    },
    async send(method, path, body, call) {
      await exchange(method, path, body, call);
    },
    async upload(path, { sizeBytes, source }, call) {
      const headers = { expect: "100-continue", "x-berth-size": String(sizeBytes), "transfer-encoding": "chunked" };
      const asking = open("PUT", path, headers, call);
      const answer = answerOf(asking, { isRead: false });
      // The host says no before the first byte, or takes them all.
      const isWanted = new Promise<boolean>((resolve) => {
        asking.once("continue", () => resolve(true));
        answer.then(
          () => resolve(false),
          () => resolve(false),
        );
      });
      asking.flushHeaders();
      if (await isWanted) await pipeline(source(), asking).catch((error: unknown) => failSending(error));
      await readText(await answer, { isRead: false });
    },
    async stream(path, call) {
      const asking = open("GET", path, {}, call);
      asking.end();
      return await answerOf(asking, { isRead: true });
    },
    async upgrade(path, protocol, { signal }) {
      // The signal is for connecting: the line outlives it.
      const connecting = new AbortController();
      const stop = () => connecting.abort(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      const asking = open("GET", path, { connection: "Upgrade", upgrade: protocol }, { signal: connecting.signal });
      asking.setTimeout(SILENT_MS, () => asking.destroy(new Error("no answer in time")));
      const upgraded = new Promise<Duplex>((resolve) => {
        asking.once("upgrade", (_answer, socket, head) => {
          socket.setTimeout(0);
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        });
      });
      asking.end();
      try {
        const answer = answerOf(asking, { isRead: true }).then(() => {
          throw new ProviderError("rejected", "the host gave another answer than was asked for");
        });
        return await Promise.race([upgraded, answer]);
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

/** What went wrong with the content itself is told as it is; anything else leaves the volume half written. */
function failSending(error: unknown): never {
  if (error instanceof ProviderError) throw error;
  throw new ProviderError("unreachable", "the content did not get through", { ambiguous: true, cause: error });
}

async function answerOf(asking: ClientRequest, { isRead }: { isRead: boolean }): Promise<IncomingMessage> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.once("response", resolve);
    asking.on("error", (cause: NodeJS.ErrnoException) => {
      const neverConnected = cause.code === "ENOENT" || cause.code === "ECONNREFUSED" || cause.code === "EACCES";
      reject(
        new ProviderError("unreachable", "the host does not answer", { ambiguous: !isRead && !neverConnected, cause }),
      );
    });
  });
  if ((answer.statusCode ?? 0) < 400) return answer;
  const problem = SimHostProblem.safeParse(parsed(await readText(answer, { isRead })));
  if (!problem.success)
    throw new ProviderError("rejected", `the host answered ${answer.statusCode}`, { ambiguous: !isRead });
  throw new ProviderError(problem.data.failure, problem.data.message);
}

async function readText(answer: IncomingMessage, { isRead }: { isRead: boolean }): Promise<string> {
  const parts: Buffer[] = [];
  const seen = { bytes: 0 };
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      seen.bytes += chunk.length;
      if (seen.bytes > MAX_ANSWER_BYTES) throw new Error("the answer is too long");
      parts.push(chunk);
    }
  } catch (cause) {
    throw new ProviderError("unreachable", "the host's answer broke off", { ambiguous: !isRead, cause });
  }
  return Buffer.concat(parts).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
