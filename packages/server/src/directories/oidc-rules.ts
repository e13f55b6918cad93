import type { SignInProblem } from "@berth/api/sign-in.ts";
import { AppError } from "../kernel/errors.ts";
import type { ExternalUser } from "./external-users.ts";

export const OIDC_CALLBACK_PATH = "/v1/session/oidc/callback";

type Claims = Readonly<Record<string, unknown>>;

const MAX_GROUPS = 2_000;

/** Without TLS a token could be read and changed on its way; on this computer there is no way. */
export function isIssuerAllowed(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === "https:" || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Who somebody is by the claims of his token; null when it does not say. */
export function userOfClaims(
  claims: Claims,
  names: { issuer: string; nameClaim: string; groupClaim: string },
): ExternalUser | null {
  const name = textOf(claims[names.nameClaim]);
  const subject = textOf(claims.sub);
  if (name === null || subject === null) return null;
  // Anybody can write another's address into his account: where it is the name, it must have been proved.
  if (names.nameClaim === "email" && claims.email_verified !== true) return null;
  return {
    source: "oidc",
    subject: `${names.issuer} ${subject}`,
    name,
    displayName: textOf(claims.name),
    email: textOf(claims.email),
    groups: listOf(claims[names.groupClaim]),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, 500) : null;
}

/** A list of texts, or one text. */
function listOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one): one is string => typeof one === "string").slice(0, MAX_GROUPS);
}

/** A sign-in at the provider that came to nothing, and what the sign-in page says about it. */
export class OidcFailure extends Error {
  readonly problem: SignInProblem;

  constructor(problem: SignInProblem, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "OidcFailure";
    this.problem = problem;
  }
}

/** Null for what is nobody's fault but ours. */
export function problemOf(error: unknown): SignInProblem | null {
  if (error instanceof OidcFailure) return error.problem;
  if (!(error instanceof AppError)) return null;
  switch (error.code) {
    // The three reasons of `signInExternal`.
    case "conflict":
      return "name-taken";
    case "invalid_request":
      return "bad-name";
    case "forbidden":
      return "disabled";
    case "not_found":
      return "not-set-up";
    case "unavailable":
      return "unavailable";
    default:
      return null;
  }
}
