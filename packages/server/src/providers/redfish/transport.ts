import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type TLSSocket, connect as tlsConnect } from "node:tls";
import { type buildConnector, Pool } from "undici";
import type { Dial } from "../../kernel/dial.ts";
import { ProviderError } from "../../kernel/errors.ts";
import type { RedfishSettings } from "./settings.ts";

/** Largest body that is read: whole registries of real BMCs are under 2 MiB. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 32;
const HANDSHAKE_TIMEOUT_MS = 20_000;
/** BMCs are small computers: more than this at once makes some of them fall over. */
const CONNECTIONS_PER_BMC = 2;

export interface Exchange {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** Null when the body was empty or no JSON. */
  readonly body: unknown;
}

export interface Transport {
  /** One request and its answer. Never follows a redirect. */
  exchange(request: Exchange, signal: AbortSignal): Promise<Answer>;
  /** A connection of the caller's own, its certificate checked. */
  connect(): Promise<TLSSocket>;
  close(): Promise<void>;
}

/** HTTPS to one origin over connections that `dial` opens; the certificate is checked before a byte is sent. */
export function openTransport(settings: RedfishSettings, dial: Dial): Transport {
  const origin = new URL(settings.endpoint).origin;
  const pool = new Pool(origin, {
    connections: CONNECTIONS_PER_BMC,
    pipelining: 1,
    // The caller's signal is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_BODY_BYTES,
    connect: (options, callback) => {
      openTls(options, settings, dial).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error("connection failed"), null),
      );
    },
  });

  return {
    async exchange(request, signal) {
      if (signal.aborted) throw new ProviderError("unreachable", "the time for the call was up before it began");
      const isWrite = request.method !== "GET";
      try {
        const answer = await pool.request({
          method: request.method,
          path: request.path,
          headers: {
            accept: "application/json",
            "odata-version": "4.0",
            ...(request.body === undefined ? {} : { "content-type": "application/json" }),
            ...request.headers,
          },
          ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
          signal,
        });
        const text = await answer.body.text();
        return {
          status: answer.statusCode,
          header: (name) => firstOf(answer.headers[name]),
          body: parseBounded(text),
        };
      } catch (error) {
        throw asProviderError(error, isWrite);
      }
    },
    connect() {
      const { hostname, port } = new URL(origin);
      return openTls({ hostname, port }, settings, dial);
    },
    async close() {
      await pool.destroy();
    },
  };
}

async function openTls(
  options: Pick<buildConnector.Options, "hostname" | "port">,
  settings: RedfishSettings,
  dial: Dial,
): Promise<TLSSocket> {
  const signal = AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS);
  const name = options.hostname.replace(/^\[|\]$/g, "");
  const host = isIP(name) ? name : (await lookup(name)).address;
  const raw = await dial({ host, port: Number(options.port || 443) }, { signal });
  const { tls } = settings;
  return await new Promise<TLSSocket>((resolve, reject) => {
    const socket = tlsConnect({
      socket: raw,
      host: name,
      ...(isIP(name) ? {} : { servername: name }),
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: tls.mode === "verify",
      ...(tls.mode === "verify" && tls.ca !== undefined ? { ca: tls.ca } : {}),
    });
    const fail = (error: Error) => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      raw.destroy();
      reject(error);
    };
    const onAbort = () => fail(new ConnectError("the TLS handshake took too long", { cause: signal.reason }));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", (cause) => fail(new ConnectError("the TLS handshake failed", { cause })));
    socket.once("close", () => fail(new ConnectError("the connection was closed during the TLS handshake")));
    socket.once("secureConnect", () => {
      if (tls.mode === "pin" && fingerprint(socket) !== tls.sha256) {
        return fail(new CertificateError("the BMC's certificate is not the pinned one"));
      }
      signal.removeEventListener("abort", onAbort);
      socket.removeAllListeners("error");
      socket.removeAllListeners("close");
      resolve(socket);
    });
  });
}

/** Nothing of the request was sent. */
class ConnectError extends Error {}
class CertificateError extends ConnectError {}

function fingerprint(socket: TLSSocket): string {
  const raw = socket.getPeerCertificate().raw as Buffer | undefined;
  return raw === undefined ? "" : createHash("sha256").update(raw).digest("hex");
}

function asProviderError(error: unknown, isWrite: boolean): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof CertificateError) return new ProviderError("denied", error.message, { cause: error });
  if (error instanceof ConnectError)
    return new ProviderError("unreachable", "could not connect to the BMC", { cause: error });
  if (error instanceof Error && "code" in error && error.code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") {
    return new ProviderError("rejected", `the BMC's answer is larger than ${MAX_BODY_BYTES} bytes`, {
      cause: error,
      ambiguous: isWrite,
    });
  }
  return new ProviderError("unreachable", "the BMC did not answer", { cause: error, ambiguous: isWrite });
}

function parseBounded(text: string): unknown {
  if (text.trim() === "" || nestingDepth(text) > MAX_DEPTH) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** How deep the brackets nest at most, strings left out; counted before parsing so that depth costs nothing. */
function nestingDepth(text: string): number {
  const state = { depth: 0, deepest: 0, inString: false };
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (state.inString) {
      if (c === 0x5c) i += 1;
      else if (c === 0x22) state.inString = false;
    } else if (c === 0x22) state.inString = true;
    else if (c === 0x7b || c === 0x5b) state.deepest = Math.max(state.deepest, ++state.depth);
    else if (c === 0x7d || c === 0x5d) state.depth -= 1;
  }
  return state.deepest;
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
