import { discoverProvider, fetchOf, type OpenProvider } from "./oidc-client.ts";
import { isIssuerAllowed } from "./oidc-rules.ts";
import { type TestReport, testSteps } from "./test-steps.ts";

/** Asks the provider what it says of itself, and for its keys; whether it knows us shows with the first sign-in only. */
export async function testProvider(open: OpenProvider, redirectUrl: string): Promise<TestReport> {
  const steps = testSteps(["discovery", "features", "keys", "client"]);
  const { issuer, groupClaim } = open.settings;
  const server = await steps.run("discovery", async () => {
    if (!isIssuerAllowed(issuer)) throw new Error("an issuer must be reached by https");
    const value = await discoverProvider(open);
    return { message: `${issuer} says what it offers.`, value };
  });
  await steps.run("features", async () => {
    const flows = server?.response_types_supported ?? [];
    if (!flows.includes("code")) throw new Error("the provider does not offer the authorization code flow");
    const pkce = server?.code_challenge_methods_supported?.includes("S256") === true;
    const claims = server?.claims_supported;
    return [
      pkce ? "Code flow with PKCE." : "Code flow; it does not say that it knows PKCE (S256).",
      server?.end_session_endpoint === undefined ? "No sign-out at the provider." : "Sign-out at the provider.",
      claims === undefined || claims.includes(groupClaim) ? "" : `It does not name the claim ${groupClaim}.`,
    ]
      .filter((part) => part !== "")
      .join(" ");
  });
  await steps.run("keys", async () => {
    if (server?.jwks_uri === undefined) throw new Error("the provider names no place for its keys");
    const count = await countKeys(server.jwks_uri, open);
    if (count === 0) throw new Error("the provider has no key to sign with");
    return `${count} ${count === 1 ? "key" : "keys"}.`;
  });
  return steps.report(`Shown by the first sign-in only. The provider must know ${redirectUrl} as our redirect URL.`);
}

async function countKeys(url: string, open: OpenProvider): Promise<number> {
  const response = await fetchOf(open.settings)(url, {
    method: "GET",
    headers: { accept: "application/json" },
    body: undefined,
    redirect: "manual",
    signal: AbortSignal.timeout(open.settings.timeoutSeconds * 1000),
  });
  const { keys } = (await response.json()) as { keys?: unknown };
  return Array.isArray(keys) ? keys.length : 0;
}
