import type { IncomingHttpHeaders } from "node:http";
import type { Actor } from "../http/handler.ts";

/** What a caller shows: an API token, or the secret of a session out of its cookie. */
export interface Credentials {
  readonly kind: "token" | "session";
  readonly secret: string;
}

/** Finds out who shows these credentials; null for nobody. */
export type Authenticate = (credentials: Credentials) => Promise<Actor | null>;

export const SESSION_COOKIE = "berth_session";
/** Pages of other sites can't add it without our consent, so a cookie alone changes nothing. */
export const CSRF_HEADER = "x-berth-csrf";

const SECRET = /^[A-Za-z0-9_-]{20,100}$/;

/** A token wins over a cookie. What does not have the form of our secrets is nothing. */
export function readCredentials(headers: IncomingHttpHeaders): Credentials | null {
  if (headers.authorization !== undefined) {
    const secret = /^bearer +(\S+)$/i.exec(headers.authorization)?.[1];
    return secret !== undefined && SECRET.test(secret) ? { kind: "token", secret } : null;
  }
  const secret = readCookie(headers, SESSION_COOKIE);
  return secret !== null && SECRET.test(secret) ? { kind: "session", secret } : null;
}

export function readCookie(headers: IncomingHttpHeaders, wanted: string): string | null {
  for (const part of headers.cookie?.split(";") ?? []) {
    const [name, value] = part.trim().split("=", 2);
    if (name === wanted && value !== undefined && value !== "") return value;
  }
  return null;
}

/** A cookie is sent by the browser whoever made the request; so what changes something must show that it is ours. */
export function needsCsrfHeader(credentials: Credentials, method: string): boolean {
  return credentials.kind === "session" && method !== "GET" && method !== "HEAD";
}

/** `maxAgeSeconds` 0 removes it. Secure is set where the request came over TLS. */
export function sessionCookie(secret: string, options: { maxAgeSeconds: number; secure: boolean }): string {
  const secure = options.secure ? "; Secure" : "";
  return `${SESSION_COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${options.maxAgeSeconds}${secure}`;
}
