import type { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { readAnswer } from "./ipxe-script.ts";
import type { Site } from "./site.ts";

/** Named as the real agent names them, since the controller shows them. */
export class AgentError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface AgentHttp {
  post(path: string, form: readonly (readonly [string, string])[]): Promise<ReadonlyMap<string, string>>;
  /** The bytes of an image, taken up again where they were cut. */
  stream(path: string, totalBytes: number): AsyncGenerator<Buffer>;
  /** Over TLS, whole. */
  fetch(path: string, limitBytes: number): Promise<Buffer>;
}

const MAX_ANSWER_BYTES = 64 * 1024;
/** In real time: the controller that is waited for is a real one, and a takeover takes 15 seconds. */
const TRIES = 12;
const LONGEST_PAUSE_MS = 5_000;
/** Answers of the edge, or of a controller on its way out: not a refusal. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

export function agentHttp(site: Site, asker: { peer: string; token: string; signal: AbortSignal }): AgentHttp {
  const { peer, token, signal } = asker;

  async function ask(what: {
    method: "GET" | "POST";
    path: string;
    headers?: Record<string, string>;
    body?: string;
    isTls: boolean;
  }) {
    const headers = { ...what.headers, authorization: `Bearer ${token}` };
    const answer = await site.bootRequest({ ...what, isDownload: what.method === "GET", headers, peer, signal });
    const status = answer.statusCode ?? 0;
    if (status < 300) return answer;
    answer.destroy();
    if (AWAY.has(status)) throw new Error(`the edge answered ${status}`);
    throw new AgentError("refused", `${what.path} was answered with ${status}`);
  }

  /** Until it is answered, or refused, or nobody is there for too long. */
  async function retried<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (signal.aborted || error instanceof AgentError) throw error;
        if (tries >= TRIES) throw new AgentError("no_controller", "the controller does not answer");
        await wait(Math.min(LONGEST_PAUSE_MS, 1_000 * tries), null, { signal });
      }
    }
  }

  async function* stream(path: string, totalBytes: number): AsyncGenerator<Buffer> {
    const state = { at: 0, idle: 0 };
    while (state.at < totalBytes) {
      const from = state.at;
      const answer = await retried(() =>
        ask({ method: "GET", path, headers: { range: `bytes=${from}-` }, isTls: false }),
      );
      if (from > 0 && answer.statusCode !== 206)
        throw new AgentError("image_stream", "the server sent the beginning again");
      try {
        for await (const chunk of answer as AsyncIterable<Buffer>) {
          state.at += chunk.length;
          yield chunk;
        }
      } catch (error) {
        if (signal.aborted) throw error;
      }
      state.idle = state.at > from ? 0 : state.idle + 1;
      if (state.idle > TRIES) throw new AgentError("image_stream", "the image does not go on");
      if (state.at < totalBytes) await wait(1_000, null, { signal });
    }
    if (state.at !== totalBytes) throw new AgentError("image_stream", "the image is longer than it was said to be");
  }

  return {
    post: (path, form) =>
      retried(async () => {
        const body = new URLSearchParams(form.map(([key, value]): [string, string] => [key, value])).toString();
        const answer = await ask({ method: "POST", path: `/boot/agent/${path}`, body, isTls: false });
        return readAnswer((await readBounded(answer, MAX_ANSWER_BYTES)).toString("utf8"));
      }),
    stream,
    fetch: (path, limitBytes) =>
      retried(async () => await readBounded(await ask({ method: "GET", path, isTls: true }), limitBytes)),
  };
}

export async function readBounded(stream: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const seen = { bytes: 0 };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    seen.bytes += chunk.length;
    if (seen.bytes > limitBytes) throw new AgentError("bad_answer", "the answer is too large");
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
