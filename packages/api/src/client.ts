import type { z } from "zod";
import { ClientError, errorOf, problemError } from "./client-error.ts";
import type { Contract, Route } from "./route.ts";
import { linesOf, readEvents } from "./sse.ts";

type Part<R extends Route, K extends "params" | "query" | "body"> =
  R extends Record<K, infer S extends z.ZodType>
    ? Partial<z.input<S>> extends z.input<S>
      ? { readonly [P in K]?: z.input<S> }
      : { readonly [P in K]: z.input<S> }
    : unknown;

/** What a call of this route takes: the parts that it has, and no others. */
export type CallInput<R extends Route> = Part<R, "params"> &
  Part<R, "query"> &
  Part<R, "body"> & {
    readonly signal?: AbortSignal;
  } & (R extends { starts: true } ? { readonly idempotencyKey?: string } : unknown) &
  (R extends { versioned: true } ? { readonly ifMatch: number } : unknown) &
  (R extends { stream: true } ? { readonly lastEventId?: string } : unknown);

type CallOutput<R extends Route> = R extends { stream: true } | { lines: true }
  ? AsyncGenerator<z.output<R["response"]>>
  : Promise<z.output<R["response"]>>;

/** A function for each route of the contract: `client.getService({ params: { id } })`. */
export type Client<C extends Contract> = {
  readonly [K in keyof C]: Record<never, never> extends CallInput<C[K]>
    ? (input?: CallInput<C[K]>) => CallOutput<C[K]>
    : (input: CallInput<C[K]>) => CallOutput<C[K]>;
};

export interface ClientOptions {
  readonly url: string;
  readonly token?: string | undefined;
  /** Sent with every request, for example a session's cookie. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How often a request is repeated that had no answer, where a repeat is harmless. Default 3. */
  readonly retries?: number;
  /** Sees the headers of each answer. */
  readonly onResponse?: (response: Response) => void;
}

/** A call as it is for any route; the precise types are for its callers. */
export interface AnyInput {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
  readonly ifMatch?: number;
  readonly lastEventId?: string;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const STREAM_ATTEMPTS = 20;
/** The server sends a sign of life every 15 s. */
const SILENCE_MS = 60_000;

/**
 * A typed client out of the contract. Answers are not checked again: the server sends what the contract says, and a
 * newer one may send more.
 */
export function createClient<const C extends Contract>(contract: C, options: ClientOptions): Client<C> {
  const functions = Object.entries(contract).map(([id, route]) => [
    id,
    (input: AnyInput = {}) => {
      if (route.stream === true) return streamRoute(options, route, input);
      return route.lines === true ? linesRoute(options, route, input) : callRoute(options, route, input);
    },
  ]);
  // Each function has the type of its route, which a loop can't tell the compiler.
  return Object.fromEntries(functions) as Client<C>;
}

/** Calls one route. */
export async function callRoute(options: ClientOptions, route: Route, input: AnyInput): Promise<unknown> {
  const headers: Record<string, string> = {};
  if (route.starts === true) headers["idempotency-key"] = input.idempotencyKey ?? crypto.randomUUID();
  if (input.ifMatch !== undefined) headers["if-match"] = `"${input.ifMatch}"`;
  // With a key the server knows a repeat; reading twice is reading once. Of other changes, only the caller knows.
  const retries = route.method === "GET" || route.starts === true ? (options.retries ?? 3) : 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await send(options, route, { ...input, headers });
      if (!response.ok) throw await errorOf(response);
      return response.status === 204 ? {} : await readJson(response);
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== "unreachable" || attempt >= retries) throw error;
      await pause(attempt, input.signal);
    }
  }
}

/** Reads a stream to its end; when the connection is lost, goes on behind the last event that was seen. */
export async function* streamRoute(options: ClientOptions, route: Route, input: AnyInput): AsyncGenerator<unknown> {
  let lastEventId = input.lastEventId ?? null;
  let failures = 0;
  for (;;) {
    const silence = watchSilence(input.signal);
    try {
      const headers: Record<string, string> = lastEventId === null ? {} : { "last-event-id": lastEventId };
      const response = await send(options, route, { ...input, headers, signal: silence.signal });
      if (!response.ok || response.body === null) throw await errorOf(response);
      for await (const event of readEvents(silence.watched(response.body))) {
        failures = 0;
        lastEventId = event.lastEventId ?? lastEventId;
        if (event.event === "end") return;
        const data: unknown = JSON.parse(event.data);
        if (event.event === "error")
          throw problemError(data) ?? new ClientError("internal", "The stream ended with an error.");
        yield data;
      }
    } catch (error) {
      input.signal?.throwIfAborted();
      const isLost = !(error instanceof ClientError) || error.code === "unreachable" || error.code === "unavailable";
      if (!isLost || failures >= STREAM_ATTEMPTS) throw asClientError(error, options.url);
    } finally {
      silence.end();
    }
    await pause(failures, input.signal);
    failures += 1;
  }
}

/** Reads the lines of an answer as they come. One that is cut off is an error, and not a short answer. */
export async function* linesRoute(options: ClientOptions, route: Route, input: AnyInput): AsyncGenerator<unknown> {
  const response = await send(options, route, { ...input, headers: {} });
  if (!response.ok || response.body === null) throw await errorOf(response);
  try {
    for await (const line of linesOf(response.body)) if (line !== "") yield JSON.parse(line) as unknown;
  } catch (cause) {
    input.signal?.throwIfAborted();
    throw new ClientError("unreachable", `The answer from ${response.url} was cut off`, { cause });
  }
}

interface Sending extends AnyInput {
  readonly headers: Record<string, string>;
}

async function send(options: ClientOptions, route: Route, sending: Sending): Promise<Response> {
  const url = urlOf(options.url, route.path, sending);
  const hasBody = route.body !== undefined;
  try {
    const response = await fetch(url, {
      method: route.method,
      // Credentials are for this address only.
      redirect: "error",
      headers: {
        ...options.headers,
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...sending.headers,
      },
      ...(hasBody ? { body: JSON.stringify(sending.body ?? {}) } : {}),
      ...(sending.signal === undefined ? {} : { signal: sending.signal }),
    });
    options.onResponse?.(response);
    return response;
  } catch (error) {
    sending.signal?.throwIfAborted();
    throw asClientError(error, options.url);
  }
}

function asClientError(error: unknown, url: string): ClientError {
  if (error instanceof ClientError) return error;
  return new ClientError("unreachable", `No answer from ${url}`, { cause: error });
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new ClientError("unreachable", `The answer from ${response.url} was cut off`, { cause });
  }
}

/** The address of a call: texts go in percent-encoded, and none can become another path. */
export function urlOf(base: string, path: string, input: Pick<AnyInput, "params" | "query">): URL {
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = String(input.params?.[name] ?? "");
    // A URL takes these away even when they are percent-encoded.
    if (value === "" || value === "." || value === "..") {
      throw new ClientError("invalid_request", `"${value}" can't be the ${name} of anything.`);
    }
    return encodeURIComponent(value);
  });
  const url = new URL(filled, base);
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url;
}

async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  // Not all clients at the same moment, after a controller was away.
  const pauseMs = longest * (0.5 + Math.random() / 2);
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  signal?.throwIfAborted();
}

/** Takes a connection for lost on which nothing at all has come for a while. */
function watchSilence(outer: AbortSignal | undefined) {
  const silence = new AbortController();
  const signal = outer === undefined ? silence.signal : AbortSignal.any([outer, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  return {
    signal,
    async *watched(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        yield chunk;
      }
    },
    end: () => {
      clearTimeout(timer);
      silence.abort();
    },
  };
}
