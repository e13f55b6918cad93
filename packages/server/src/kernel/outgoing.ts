import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import type { Readable } from "node:stream";
import { Agent, request } from "undici";
import { AppError } from "./errors.ts";

interface Call {
  readonly signal: AbortSignal;
}

/**
 * The one way to a URL that somebody typed in (hooks, images). A name is resolved once, checked, and connected to just
 * there, so that a name which changes its mind in between leads nowhere else. Nothing of ours goes along: no cookies,
 * no credentials.
 */
export interface Outgoing {
  /** One request without redirects; the answer's body is cut at 64 KiB. @throws AppError `invalid_request`, `unavailable`. */
  request(wanted: OutgoingRequest, call: Call): Promise<{ status: number; text: string }>;
  /** The body of a GET as a stream, after at most three redirects. Its consumer bounds its length. */
  download(url: string, call: Call): Promise<{ sizeBytes: number | null; body: Readable }>;
}

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly body?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OutgoingOptions {
  /** Networks (CIDR) that may be reached though they are refused by default, such as 127.0.0.0/8 in tests. */
  readonly allow?: readonly string[];
  /** Networks that must not be reached, such as those of management controllers. */
  readonly deny?: readonly string[];
}

const MAX_TEXT_BYTES = 64 * 1024;
const MAX_REDIRECTS = 3;
const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** This computer, its link, and what is no place at all (IANA special-purpose registries). */
const REFUSED = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/3",
  "::/127",
  "fe80::/10",
  "ff00::/8",
  // Addresses that hide an IPv4 address in them.
  "::ffff:0:0/96",
  "64:ff9b::/96",
  "2002::/16",
] as const;

export function createOutgoing(options: OutgoingOptions = {}): Outgoing {
  const allowed = blockList(options.allow ?? []);
  const refused = blockList([...REFUSED, ...(options.deny ?? [])]);

  const resolve = async (url: URL): Promise<{ address: string; family: number }> => {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const found = await lookup(host, { all: true }).catch((cause: unknown) => {
      throw new AppError("unavailable", `${url.hostname} can't be resolved`, { cause });
    });
    const bad = found.find(({ address }) => has(refused, address) && !has(allowed, address));
    const [first] = found;
    if (bad !== undefined || first === undefined) {
      throw new AppError("invalid_request", `${url.hostname} is in a network that Berth does not call out to`);
    }
    return first;
  };

  const ask = async (url: URL, wanted: Omit<OutgoingRequest, "url">, call: Call) => {
    const { method, body = null } = wanted;
    const place = await resolve(url);
    const dispatcher = new Agent({
      connect: { timeout: CONNECT_MS, lookup: (_host, _options, done) => done(null, [place]) },
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
      maxHeaderSize: 16 * 1024,
      pipelining: 0,
    });
    try {
      const headers = { ...(body === null ? {} : { "content-type": "application/json" }), ...wanted.headers };
      const answer = await request(url, { method: method as "GET", body, headers, dispatcher, signal: call.signal });
      answer.body.once("close", () => void dispatcher.close().catch(() => {}));
      return answer;
    } catch (cause) {
      await dispatcher.destroy();
      if (call.signal.aborted) throw call.signal.reason;
      throw new AppError("unavailable", `${url.origin} did not answer`, { cause });
    }
  };

  return {
    async request(wanted, call) {
      const answer = await ask(readUrl(wanted.url), wanted, call);
      return { status: answer.statusCode, text: await readText(answer.body) };
    },
    async download(text, call) {
      let url = readUrl(text);
      for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const answer = await ask(url, { method: "GET" }, call);
        if (answer.statusCode === 200) {
          const length = Number(answer.headers["content-length"]);
          return { sizeBytes: Number.isSafeInteger(length) ? length : null, body: answer.body };
        }
        await answer.body.dump();
        const { location } = answer.headers;
        if (!REDIRECTS.has(answer.statusCode) || typeof location !== "string") {
          throw new AppError("unavailable", `${url.origin} answered ${answer.statusCode}`);
        }
        url = readUrl(URL.canParse(location, url.href) ? new URL(location, url).href : location);
      }
      throw new AppError("unavailable", `${text.slice(0, 200)} is redirected too often`);
    },
  };
}

function readUrl(text: string): URL {
  const problem = (message: string) => new AppError("invalid_request", `the URL ${message}`);
  if (!URL.canParse(text)) throw problem("is not well-formed");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw problem("must begin with http:// or https://");
  // They would stand in logs and lists.
  if (url.username !== "" || url.password !== "") throw problem("must not hold a user name or password");
  return url;
}

async function readText(body: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    parts.push(chunk.subarray(0, MAX_TEXT_BYTES - size));
    size += chunk.length;
    if (size >= MAX_TEXT_BYTES) break;
  }
  return Buffer.concat(parts).toString("utf8");
}

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits = ""] = cidr.split("/");
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

const has = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
