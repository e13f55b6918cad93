import { sessionContract } from "@berth/api/session.ts";
import type { OidcSignIn } from "../directories/oidc-sign-in.ts";
import { openSecret, readSetting } from "../directories/sign-in-settings.ts";
import { getUser, roleOf } from "../identity/store.ts";
import { sessionCookie } from "../kernel/auth/credentials.ts";
import type { Db } from "../kernel/db/db.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { listSessions, revokeSession, revokeSessions } from "./session-list.ts";
import type { OpenedSession } from "./session-open.ts";
import { changePassword, login, logout } from "./sessions.ts";

export interface SessionDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly oidc: OidcSignIn;
  /** The API is reached over TLS, so cookies are sent over nothing else. */
  readonly secure: boolean;
}

export function sessionRoutes(deps: SessionDeps): RouteSet {
  const { db } = deps;
  return implement(sessionContract, {
    login: async ({ body, remoteAddress, userAgent, requestId, setHeader }) => {
      const session = await login(deps, { ...body, from: { address: remoteAddress, userAgent, requestId } });
      setHeader("set-cookie", cookieOf(session, deps));
      const { user, expiresAt } = session;
      return { name: user.name, role: roleOf(user), expiresAt: expiresAt.toISOString() };
    },
    logout: async ({ actor, credentials, setHeader }) => {
      setHeader("set-cookie", sessionCookie("", { maxAgeSeconds: 0, secure: deps.secure }));
      if (credentials === null) return { providerUrl: null };
      const { source, idToken } = await logout(deps, actor, credentials);
      return { providerUrl: source === "oidc" ? await providerUrl(deps, idToken) : null };
    },
    changePassword: async ({ actor, body, remoteAddress }) => {
      await changePassword(db, actor, { ...body, address: remoteAddress });
      return {};
    },
    listSessions: async ({ actor, query }) => listSessions(db, actor, actor.userId ?? "", query),
    revokeSession: async ({ actor, params }) => {
      await revokeSession(db, actor, params.id);
      return {};
    },
    revokeOtherSessions: async ({ actor }) => ({ ended: await revokeSessions(db, actor, actor.userId ?? "") }),
    listUserSessions: async ({ actor, params, query }) =>
      listSessions(db, actor, (await getUser(db, params.name)).id, query),
    revokeUserSessions: async ({ actor, params }) => ({ ended: await revokeSessions(db, actor, params.name) }),
  });
}

export function cookieOf({ secret, expiresAt }: OpenedSession, { secure }: { secure: boolean }): string {
  const maxAgeSeconds = Math.max(1, Math.floor((expiresAt.getTime() - Date.now()) / 1000));
  return sessionCookie(secret, { maxAgeSeconds, secure });
}

/** Signed out here is signed out, whatever the provider says. */
async function providerUrl(deps: SessionDeps, idToken: string | null): Promise<string | null> {
  const setting = await readSetting(deps.db, "oidc");
  if (setting === null) return null;
  const open = { settings: setting.settings, clientSecret: openSecret(deps, "oidc", setting) };
  return deps.oidc.endUrl(open, idToken);
}
