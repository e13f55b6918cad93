import { LocalPath } from "@berth/api/sign-in.ts";
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientError,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type ServerMetadata,
} from "openid-client";
import { z } from "zod";
import type { SecretBox } from "../kernel/secrets.ts";
import type { ExternalUser } from "./external-users.ts";
import { configurationOf, discoverProvider, type OpenProvider } from "./oidc-client.ts";
import { OIDC_CALLBACK_PATH, OidcFailure, userOfClaims } from "./oidc-rules.ts";

/** What the browser brings back: sealed, so that nothing must be kept for those who never come back. */
const Memory = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: LocalPath,
  /** Of the settings it began with. */
  issuer: z.string(),
  clientId: z.string(),
  endsAtMs: z.number(),
});

export const OIDC_COOKIE = "berth_oidc";
export const OIDC_MINUTES = 10;
const CONTEXT = "session/oidc";
const SERVER_KEPT_MS = 5 * 60_000;

export interface OidcSignIn {
  begin(open: OpenProvider, returnTo: string): Promise<{ location: string; cookie: string }>;
  /** @throws OidcFailure */
  finish(
    open: OpenProvider,
    given: { cookie: string; query: URLSearchParams },
  ): Promise<{ user: ExternalUser; idToken: string; returnTo: string }>;
  /** Where a browser signs out at the provider; null when it offers that nowhere, or does not answer. */
  endUrl(open: OpenProvider, idToken: string | null): Promise<string | null>;
}

/** `publicUrl` is where browsers reach Berth. */
export function createOidcSignIn({ secrets, publicUrl }: { secrets: SecretBox; publicUrl: string }): OidcSignIn {
  const redirectUrl = new URL(OIDC_CALLBACK_PATH, publicUrl).href;
  const serverOf = keptServer();

  return {
    async begin(open, returnTo) {
      const config = configurationOf(open, await serverOf(open));
      const verifier = randomPKCECodeVerifier();
      const memory = {
        state: randomState(),
        nonce: randomNonce(),
        verifier,
        returnTo,
        issuer: open.settings.issuer,
        clientId: open.settings.clientId,
        endsAtMs: Date.now() + OIDC_MINUTES * 60_000,
      };
      const location = await trusted(async () =>
        buildAuthorizationUrl(config, {
          redirect_uri: redirectUrl,
          scope: [...new Set(["openid", ...open.settings.scopes])].join(" "),
          state: memory.state,
          nonce: memory.nonce,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        }),
      );
      return { location: location.href, cookie: secrets.seal(JSON.stringify(memory), CONTEXT) };
    },

    async finish(open, { cookie, query }) {
      const memory = readMemory(secrets, cookie);
      const { issuer, clientId } = open.settings;
      if (memory === null || memory.endsAtMs < Date.now() || memory.issuer !== issuer || memory.clientId !== clientId) {
        throw new OidcFailure("expired", "the sign-in took too long, or was begun in another window");
      }
      const config = configurationOf(open, await serverOf(open));
      const url = new URL(redirectUrl);
      url.search = query.toString();
      const tokens = await trusted(() =>
        authorizationCodeGrant(config, url, {
          pkceCodeVerifier: memory.verifier,
          expectedState: memory.state,
          expectedNonce: memory.nonce,
          idTokenExpected: true,
        }),
      );
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) throw untrusted(new Error("there is no ID token"));
      const more = await moreClaims(config, open, tokens.access_token, claims);
      const user = userOfClaims({ ...more, ...claims }, open.settings);
      if (user === null) throw untrusted(new Error(`the claims name no user by ${open.settings.nameClaim}`));
      return { user, idToken: tokens.id_token, returnTo: memory.returnTo };
    },

    async endUrl(open, idToken) {
      const server = await serverOf(open).catch(() => null);
      if (server?.end_session_endpoint === undefined) return null;
      return buildEndSessionUrl(configurationOf(open, server), {
        post_logout_redirect_uri: new URL("/", publicUrl).href,
        ...(idToken === null ? {} : { id_token_hint: idToken }),
      }).href;
    },
  };
}

/** Some providers put names and groups into the token, others say them when they are asked. */
async function moreClaims(
  config: Configuration,
  { settings }: OpenProvider,
  accessToken: string,
  claims: Readonly<Record<string, unknown>> & { readonly sub: string },
): Promise<Record<string, unknown>> {
  const isAllThere = claims[settings.nameClaim] !== undefined && claims[settings.groupClaim] !== undefined;
  if (isAllThere || config.serverMetadata().userinfo_endpoint === undefined) return {};
  return trusted(() => fetchUserInfo(config, accessToken, claims.sub));
}

/** The provider's description of itself is asked for at most so often: everybody may begin a sign-in. */
function keptServer(): (open: OpenProvider) => Promise<ServerMetadata> {
  let kept: { readonly for: string; readonly atMs: number; readonly server: ServerMetadata } | null = null;
  return async (open) => {
    const key = JSON.stringify([open.settings.issuer, open.settings.ca]);
    if (kept?.for === key && Date.now() - kept.atMs < SERVER_KEPT_MS) return kept.server;
    const server = await trusted(() => discoverProvider(open));
    kept = { for: key, atMs: Date.now(), server };
    return server;
  };
}

function readMemory(secrets: SecretBox, cookie: string): z.output<typeof Memory> | null {
  try {
    return Memory.parse(JSON.parse(secrets.open(cookie, CONTEXT)));
  } catch {
    return null;
  }
}

/** Errors of the library, in ours. */
async function trusted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AuthorizationResponseError) {
      throw new OidcFailure("denied", "the provider refused", { cause });
    }
    if (isAway(cause)) throw new OidcFailure("unavailable", "the provider does not answer", { cause });
    throw untrusted(cause);
  }
}

function untrusted(cause: unknown): OidcFailure {
  return new OidcFailure("rejected", "the provider's answer can't be trusted", { cause });
}

/** What fetch throws is a TypeError without a code; the library's own are ClientErrors, and say what they are. */
function isAway(error: unknown): boolean {
  if (error instanceof ClientError) {
    if (error.code === "OAUTH_TIMEOUT" || error.code === "OAUTH_ABORT") return true;
    return error.code === undefined && error.cause instanceof TypeError;
  }
  return error instanceof TypeError && !("code" in error);
}
