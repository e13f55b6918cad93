import type { SignInProblem, signInContract } from "@berth/api/sign-in.ts";
import { audit } from "../audit/audit.ts";
import { signInExternal } from "../directories/external-users.ts";
import type { OpenProvider } from "../directories/oidc-client.ts";
import { problemOf } from "../directories/oidc-rules.ts";
import { OIDC_COOKIE, OIDC_MINUTES } from "../directories/oidc-sign-in.ts";
import { getSetting, openSecret } from "../directories/sign-in-settings.ts";
import { inTx } from "../kernel/db/db.ts";
import type { Handler } from "../kernel/http/handler.ts";
import { openSession, type SignInFrom } from "./session-open.ts";
import { cookieOf, type SessionDeps } from "./session-routes.ts";
import { ID_TOKEN_CONTEXT } from "./sessions.ts";

const COOKIE_PATH = "/v1/session/oidc";

/** Both are for browsers: what goes wrong leads to the sign-in page, which says it in words. */
export function oidcHandlers(deps: SessionDeps): {
  startOidc: Handler<typeof signInContract.startOidc>;
  finishOidc: Handler<typeof signInContract.finishOidc>;
} {
  const { db, secrets, oidc } = deps;

  async function provider(): Promise<OpenProvider> {
    const setting = await getSetting(db, "oidc");
    return { settings: setting.settings, clientSecret: openSecret(deps, "oidc", setting) };
  }

  // Lax, as the way back from the provider begins at another site.
  const memoryCookie = (value: string, maxAgeSeconds: number) =>
    `${OIDC_COOKIE}=${value}; Path=${COOKIE_PATH}; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${deps.secure ? "; Secure" : ""}`;

  return {
    startOidc: async ({ query, setHeader, log }) => {
      try {
        const { location, cookie } = await oidc.begin(await provider(), query.returnTo);
        setHeader("set-cookie", memoryCookie(cookie, OIDC_MINUTES * 60));
        setHeader("location", location);
      } catch (error) {
        const problem = problemOf(error);
        if (problem === null) throw error;
        log.warn("a sign-in by OpenID Connect could not begin", { problem, error });
        setHeader("location", signInPage(problem));
      }
      return {};
    },

    finishOidc: async ({ query, cookie, setHeader, remoteAddress, userAgent, requestId, log }) => {
      setHeader("set-cookie", memoryCookie("", 0));
      const from = { address: remoteAddress, userAgent, requestId };
      try {
        const given = { cookie: cookie(OIDC_COOKIE) ?? "", query: searchOf(query) };
        const { user, idToken, returnTo } = await oidc.finish(await provider(), given);
        const session = await inTx(db, async (tx) =>
          openSession(tx, {
            user: await signInExternal(tx, user, from),
            source: "oidc",
            from,
            idTokenSealed: secrets.seal(idToken, ID_TOKEN_CONTEXT),
          }),
        );
        setHeader("set-cookie", cookieOf(session, deps));
        setHeader("location", returnTo);
      } catch (error) {
        const problem = problemOf(error);
        if (problem === null) throw error;
        log.warn("a sign-in by OpenID Connect came to nothing", { problem, error });
        await noteRefusal(deps, from, problem);
        setHeader("location", signInPage(problem));
      }
      return {};
    },
  };
}

function signInPage(problem: SignInProblem): string {
  return `/sign-in?problem=${problem}`;
}

function searchOf(query: Record<string, unknown>): URLSearchParams {
  const texts = Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return new URLSearchParams(texts);
}

/** Who it was is not known: the provider's answer was not believed, or there is none. */
async function noteRefusal({ db }: SessionDeps, from: SignInFrom, problem: SignInProblem): Promise<void> {
  await audit(db, {
    actor: { userId: null, name: "unknown", origin: { address: from.address, requestId: from.requestId } },
    action: "session.create",
    object: { kind: "user", id: "unknown" },
    outcome: "refused",
    details: { source: "oidc", problem },
  });
}
