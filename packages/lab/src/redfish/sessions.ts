import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const IDLE_TIMEOUT_MS = 30 * 60_000;
const MAX_SESSIONS = 50_000;

interface Session {
  readonly id: string;
  readonly username: string;
  usedAt: number;
}

export interface Sessions {
  open(given: Credentials): { id: string; token: string } | null;
  /** The id of the session whose token this is; it counts as used now. */
  check(token: string): string | null;
  checkBasic(header: string): boolean;
  close(id: string): boolean;
  closeAll(): void;
  list(): readonly { readonly id: string; readonly username: string }[];
}

/** Sessions of one service (DSP0266, 13.3): made by name and password, ended by DELETE or by 30 idle minutes. */
export function sessionBook(credentials: Credentials, now: () => number): Sessions {
  const byToken = new Map<string, Session>();

  function expire(): void {
    // In insertion order, and use moves a session to the end: the first that is fresh ends the search.
    for (const [token, session] of byToken) {
      if (now() - session.usedAt < IDLE_TIMEOUT_MS && byToken.size <= MAX_SESSIONS) return;
      byToken.delete(token);
    }
  }

  const same = (given: Credentials) =>
    equal(given.username, credentials.username) && equal(given.password, credentials.password);

  return {
    open(given) {
      expire();
      if (!same(given)) return null;
      const token = randomBytes(24).toString("base64url");
      const session = { id: randomUUID(), username: given.username, usedAt: now() };
      byToken.set(token, session);
      return { id: session.id, token };
    },
    check(token) {
      expire();
      const session = byToken.get(token);
      if (session === undefined) return null;
      byToken.delete(token);
      session.usedAt = now();
      byToken.set(token, session);
      return session.id;
    },
    checkBasic(header) {
      const match = /^Basic ([A-Za-z0-9+/=]{1,2000})$/.exec(header);
      if (match === null) return false;
      const text = Buffer.from(match[1] ?? "", "base64").toString("utf8");
      const colon = text.indexOf(":");
      return colon > 0 && same({ username: text.slice(0, colon), password: text.slice(colon + 1) });
    },
    close(id) {
      const found = [...byToken].find(([, session]) => session.id === id);
      return found !== undefined && byToken.delete(found[0]);
    },
    closeAll: () => byToken.clear(),
    list: () => [...byToken.values()].map(({ id, username }) => ({ id, username })),
  };
}

function equal(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
