import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { CLIENT } from "./test-provider.ts";

/** How an ID token can be wrong. */
export const LIES = [
  "another nonce",
  "no nonce",
  "another audience",
  "another issuer",
  "long over",
  "not yet valid",
  "not signed",
  "signed by a stranger",
  "signed with the client's secret",
  "changed after it was signed",
  "no token",
] as const;
export type Lie = (typeof LIES)[number];

/** An OpenID provider that answers with whatever token it is told to. */
export interface LyingProvider {
  readonly issuer: string;
  lie: Lie | null;
  nonce: string;
  stop(): Promise<void>;
}

export async function startLyingProvider(): Promise<LyingProvider> {
  const [ours, strangers] = [await generateKeyPair("RS256"), await generateKeyPair("RS256")];
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: "one", alg: "RS256", use: "sig" };
  const server = createServer(async (request, response) => {
    const send = (body: unknown) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    switch (new URL(request.url ?? "/", started.issuer).pathname) {
      case "/.well-known/openid-configuration":
        return send(metadataOf(started.issuer));
      case "/keys":
        return send({ keys: [jwk] });
      default:
        return send({ access_token: "x", token_type: "bearer", ...(await tokenOf(started, ours, strangers)) });
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const started: LyingProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lie: null,
    nonce: "",
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return started;
}

function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
  };
}

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

async function tokenOf({ issuer, lie, nonce }: LyingProvider, ours: Keys, strangers: Keys) {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims: JWTPayload = {
    iss: lie === "another issuer" ? "http://127.0.0.1:1" : issuer,
    aud: lie === "another audience" ? "somebody-else" : CLIENT.id,
    sub: "1",
    preferred_username: "liar",
    groups: ["ops"],
    iat: nowSeconds,
    exp: nowSeconds + (lie === "long over" ? -3600 : 600),
    ...(lie === "not yet valid" ? { nbf: nowSeconds + 3600 } : {}),
    ...(lie === "no nonce" ? {} : { nonce: lie === "another nonce" ? "another" : nonce }),
  };
  if (lie === "no token") return {};
  if (lie === "not signed") return { id_token: new UnsecuredJWT(claims).encode() };
  const jwt = new SignJWT(claims);
  if (lie === "signed with the client's secret") {
    return {
      id_token: await jwt.setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(CLIENT.secret.padEnd(32, "x"))),
    };
  }
  const { privateKey } = lie === "signed by a stranger" ? strangers : ours;
  const token = await jwt.setProtectedHeader({ alg: "RS256", kid: "one" }).sign(privateKey);
  if (lie !== "changed after it was signed") return { id_token: token };
  const [head, , signature] = token.split(".");
  const body = Buffer.from(JSON.stringify({ ...claims, preferred_username: "admin" })).toString("base64url");
  return { id_token: `${head}.${body}.${signature}` };
}
