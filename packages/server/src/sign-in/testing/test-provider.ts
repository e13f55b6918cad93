import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { Provider } from "oidc-provider";

export const CLIENT = { id: "berth", secret: "client-secret-of-a-test" };

/** A certified OpenID provider for tests, on 127.0.0.1. Whoever comes to its sign-in page is `person`. */
export interface TestProvider {
  readonly issuer: string;
  person: { sub: string; [claim: string]: unknown };
  /** Signs with another key from now on, and knows the old one no more. */
  rotateKeys(): Promise<void>;
  stop(): Promise<void>;
}

/** `publicUrl` is where it believes Berth to be. */
export async function startTestProvider(publicUrl: string): Promise<TestProvider> {
  const answer: { now: (request: IncomingMessage, response: ServerResponse) => void } = { now: () => {} };
  const server = createServer((request, response) => answer.now(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const started: TestProvider = {
    issuer,
    person: { sub: "1" },
    rotateKeys: async () => {
      const provider = newProvider(issuer, publicUrl, started, [await newKey()]);
      const handle = provider.callback();
      answer.now = (request, response) => {
        if (!request.url?.startsWith("/login/")) return void handle(request, response);
        const login = { accountId: started.person.sub };
        provider.interactionFinished(request, response, { login }).catch(() => response.destroy());
      };
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  await started.rotateKeys();
  return started;
}

function newProvider(issuer: string, publicUrl: string, started: TestProvider, keys: JWK[]): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${publicUrl}/v1/session/oidc/callback`],
        post_logout_redirect_uris: [`${publicUrl}/`],
      },
    ],
    jwks: { keys },
    cookies: { keys: ["a key of a test"] },
    // Names and groups are told by the userinfo endpoint, as the standard's own way is.
    claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email", "email_verified"] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...started.person }) }),
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/login/${uid}` },
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({
        ...(client === undefined ? {} : { clientId: client.clientId }),
        ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
      });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  });
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: "RS256", use: "sig" };
}
