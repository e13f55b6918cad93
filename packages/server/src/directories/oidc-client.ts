import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ServerMetadata,
} from "openid-client";
import { Agent, fetch } from "undici";
import type { SettingsOf } from "./sign-in-settings.ts";

export interface OpenProvider {
  readonly settings: SettingsOf<"oidc">;
  readonly clientSecret: string | null;
}

const MAX_ANSWER_BYTES = 1024 * 1024;

/** What the provider says of itself, fetched now. */
export async function discoverProvider({ settings }: OpenProvider): Promise<ServerMetadata> {
  const found = await discovery(new URL(settings.issuer), settings.clientId, undefined, None(), {
    timeout: settings.timeoutSeconds,
    execute: isPlain(settings.issuer) ? [allowInsecureRequests] : [],
    [customFetch]: fetchOf(settings),
  });
  return found.serverMetadata();
}

/**
 * The provider as a client uses it. Made anew for each sign-in, and so are the keys that tokens are checked with: a
 * provider changes them when it likes, and then must not be believed by its old ones.
 */
export function configurationOf({ settings, clientSecret }: OpenProvider, server: ServerMetadata): Configuration {
  const config = new Configuration(server, settings.clientId, undefined, authOf(server, clientSecret));
  config.timeout = settings.timeoutSeconds;
  config[customFetch] = fetchOf(settings);
  if (isPlain(settings.issuer)) allowInsecureRequests(config);
  // Its tokens come by TLS from itself, and the standard asks for no more; checking the signature costs nothing.
  enableNonRepudiationChecks(config);
  return config;
}

function authOf(server: ServerMetadata, secret: string | null): ClientAuth {
  if (secret === null) return None();
  // OpenID Connect Discovery 1.0, section 3: what is not said is client_secret_basic.
  const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return methods.includes("client_secret_basic") ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

function isPlain(issuer: string): boolean {
  return issuer.startsWith("http:");
}

/** Trusts the authorities of the settings, and takes no answer without end. */
export function fetchOf({ ca }: SettingsOf<"oidc">): CustomFetch {
  const dispatcher = new Agent({ maxResponseSize: MAX_ANSWER_BYTES, ...(ca === undefined ? {} : { connect: { ca } }) });
  return async (url, options) => {
    const { body, ...rest } = options;
    // The library's types are of the browser's fetch, which undici's is.
    const init = { ...rest, ...(body === undefined ? {} : { body }), dispatcher } as Parameters<typeof fetch>[1];
    return (await fetch(url, init)) as unknown as Response;
  };
}
