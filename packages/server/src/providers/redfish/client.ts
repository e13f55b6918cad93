import type { Duplex } from "node:stream";
import { ProviderError } from "../../kernel/errors.ts";
import { at, isResource, linkOf, ownPath, type Resource, textAt } from "./links.ts";
import type { RedfishSettings } from "./settings.ts";
import type { Answer, Exchange, Transport } from "./transport.ts";
import { openWebSocket } from "./web-socket.ts";

const SERVICE_ROOT = "/redfish/v1/";
/** One request may take this long, so that after an answer that never came there is time left to look. */
export const REQUEST_TIMEOUT_MS = 20_000;
const MAX_MEMBERS = 20_000;

export interface Read {
  readonly body: Resource;
  readonly etag: string | null;
  /** Methods that the BMC says it takes here, in capitals. Empty when it says nothing. */
  readonly allow: readonly string[];
}

/** Redfish over one origin: logs in, logs in again, and turns statuses into failures. */
export interface RedfishClient {
  readonly origin: string;
  get(link: unknown, signal: AbortSignal): Promise<Read>;
  /** As `get`, but null when it is not there. */
  find(link: unknown, signal: AbortSignal): Promise<Read | null>;
  /** Members' links of a collection, over all its pages. */
  members(link: unknown, signal: AbortSignal): Promise<unknown[]>;
  post(link: unknown, body: Resource, signal: AbortSignal): Promise<void>;
  patch(link: unknown, body: Resource, etag: string | null, signal: AbortSignal): Promise<void>;
  /** The bytes of a WebSocket there; null where the service has none. The signal is for connecting only. */
  webSocket(link: unknown, signal: AbortSignal): Promise<Duplex | null>;
  close(): Promise<void>;
}

type Credentials =
  | { readonly kind: "session"; readonly token: string; readonly path: string | null }
  | { readonly kind: "basic" };

export function redfishClient(
  settings: RedfishSettings,
  transport: Transport,
  options: { requestTimeoutMs: number },
): RedfishClient {
  const origin = new URL(settings.endpoint).origin;
  const state: { login: Promise<Credentials> | null } = { login: null };

  const bounded = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(options.requestTimeoutMs)]);
  const plain = (request: Exchange, signal: AbortSignal) => transport.exchange(request, bounded(signal));

  async function logIn(signal: AbortSignal): Promise<Credentials> {
    const root = await plain({ method: "GET", path: SERVICE_ROOT, headers: {} }, signal);
    const sessions = linkOf(at(root.body, "Links", "Sessions"));
    if (root.status !== 200 || sessions === null) return { kind: "basic" };
    const answer = await plain(
      {
        method: "POST",
        path: ownPath(sessions, origin),
        headers: {},
        body: { UserName: settings.username, Password: settings.password },
      },
      signal,
    );
    if (answer.status === 401 || answer.status === 403 || answer.status === 400) {
      throw new ProviderError("denied", "the BMC refused the login", { cause: complaint(answer) });
    }
    const token = answer.header("x-auth-token");
    if (answer.status === 201 && token !== null) {
      const location = answer.header("location");
      return { kind: "session", token, path: location === null ? null : ownPath(location, origin) };
    }
    // Full session tables and BMCs without sessions still take basic authentication.
    if (answer.status === 404 || answer.status === 405 || answer.status === 501) return { kind: "basic" };
    throw failureOf(answer, { isWrite: false, what: "logging in" });
  }

  function credentials(signal: AbortSignal): Promise<Credentials> {
    if (state.login === null) {
      const login = logIn(signal);
      state.login = login;
      login.catch(() => {
        if (state.login === login) state.login = null;
      });
    }
    return state.login;
  }

  function authorization(c: Credentials): Record<string, string> {
    switch (c.kind) {
      case "session":
        return { "x-auth-token": c.token };
      case "basic":
        return {
          authorization: `Basic ${Buffer.from(`${settings.username}:${settings.password}`).toString("base64")}`,
        };
    }
  }

  /** A 401 says that nothing was done, so asking again with a new session is no retry of a write. */
  async function signedIn(
    request: Omit<Exchange, "headers"> & { headers?: Record<string, string> },
    signal: AbortSignal,
  ): Promise<Answer> {
    const send = async (c: Credentials) =>
      await plain({ ...request, headers: { ...request.headers, ...authorization(c) } }, signal);
    const before = state.login;
    const first = await send(await credentials(signal));
    if (first.status !== 401) return first;
    if (state.login === before || before === null) state.login = null;
    return await send(await credentials(signal));
  }

  async function find(link: unknown, signal: AbortSignal): Promise<Read | null> {
    const path = ownPath(link, origin);
    const answer = await signedIn({ method: "GET", path }, signal);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw failureOf(answer, { isWrite: false, what: "reading" });
    if (!isResource(answer.body)) throw new ProviderError("rejected", "the BMC's answer is no resource");
    return {
      body: answer.body,
      etag: answer.header("etag") ?? textAt(answer.body, "@odata.etag"),
      allow: (answer.header("allow") ?? "")
        .toUpperCase()
        .split(/[\s,]+/)
        .filter((m) => m !== ""),
    };
  }

  async function get(link: unknown, signal: AbortSignal): Promise<Read> {
    const read = await find(link, signal);
    if (read === null) throw new ProviderError("not_found", "the BMC does not know that resource");
    return read;
  }

  return {
    origin,
    find,
    get,
    async members(link, signal) {
      const found: unknown[] = [];
      const seen = new Set<string>();
      const state: { next: unknown } = { next: link };
      while (state.next !== undefined && state.next !== null) {
        const path = ownPath(state.next, origin);
        if (seen.has(path) || found.length > MAX_MEMBERS)
          throw new ProviderError("rejected", "the BMC's collection does not end");
        seen.add(path);
        const page = await get(path, signal);
        const members = at(page.body, "Members");
        if (Array.isArray(members)) found.push(...members.map(linkOf).filter((l) => l !== null));
        state.next = at(page.body, "Members@odata.nextLink");
      }
      return found;
    },
    async post(link, body, signal) {
      const answer = await signedIn({ method: "POST", path: ownPath(link, origin), body }, signal);
      if (answer.status >= 300) throw failureOf(answer, { isWrite: true, what: "an action" });
    },
    async patch(link, body, etag, signal) {
      const path = ownPath(link, origin);
      const send = async (tag: string | null) =>
        await signedIn({ method: "PATCH", path, body, headers: tag === null ? {} : { "if-match": tag } }, signal);
      const first = await send(etag);
      // Some BMCs send weak ETags and then compare them strongly (RFC 9110, 13.1.1): the strong form is what they want.
      const answer = first.status === 412 && etag?.startsWith("W/") ? await send(etag.slice(2)) : first;
      if (answer.status >= 300) throw failureOf(answer, { isWrite: true, what: "a change" });
    },
    async webSocket(link, signal) {
      const path = ownPath(link, origin);
      const open = async (c: Credentials) =>
        await openWebSocket(await transport.connect(), { origin, path, headers: authorization(c) }, bounded(signal));
      const before = state.login;
      const first = await open(await credentials(signal));
      const isLoggedOut = first === 401;
      if (isLoggedOut && (state.login === before || before === null)) state.login = null;
      const answer = isLoggedOut ? await open(await credentials(signal)) : first;
      if (typeof answer !== "number") return answer;
      if (answer === 404) return null;
      throw failureOf(
        { status: answer, header: () => null, body: null },
        { isWrite: false, what: "opening a console" },
      );
    },
    async close() {
      const login = await state.login?.catch(() => null);
      state.login = null;
      if (login?.kind === "session" && login.path !== null) {
        // BMCs have few session slots; an idle one would be held until it expires.
        await plain(
          { method: "DELETE", path: login.path, headers: authorization(login) },
          AbortSignal.timeout(2_000),
        ).catch(() => null);
      }
      await transport.close();
    },
  };
}

function failureOf(answer: Answer, context: { isWrite: boolean; what: string }): ProviderError {
  const { status } = answer;
  const options = { cause: complaint(answer) };
  const message = `the BMC answered ${status} to ${context.what}`;
  if (status === 404) return new ProviderError("not_found", message, options);
  if (status === 401 || status === 403) return new ProviderError("denied", message, options);
  if (status === 409 || status === 412 || status === 423 || status === 429 || status === 503)
    return new ProviderError("busy", message, options);
  // 500 and gateway errors have been seen after the deed was done.
  if (status >= 500) return new ProviderError("unreachable", message, { ...options, ambiguous: context.isWrite });
  if (status >= 300 && status < 400)
    return new ProviderError("rejected", `${message}; redirects are not followed`, options);
  return new ProviderError("rejected", message, options);
}

/** What the BMC said (DSP0266, 8.6), for the log and never for a user. */
function complaint(answer: Answer): Error {
  const extended = at(answer.body, "error", "@Message.ExtendedInfo");
  const first = Array.isArray(extended) ? extended[0] : null;
  return new Error(textAt(first, "MessageId") ?? textAt(answer.body, "error", "code") ?? `status ${answer.status}`);
}
