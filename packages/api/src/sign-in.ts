import { z } from "zod";
import { Timestamp } from "./common.ts";
import { type Contract, route } from "./route.ts";

/** What a page of Berth may send a browser back to: a path here, never another site. */
export const LocalPath = z
  .string()
  .max(1000)
  // A backslash is a slash to browsers, and two of either begin another site's address.
  .regex(/^\/(?![/\\])[^\\\s]*$/, "a path of this site, such as /services");

/** Why an OpenID sign-in came to nothing: `/sign-in?problem=` holds one of these. */
export const SIGN_IN_PROBLEMS = {
  denied: "The provider did not let you in.",
  expired: "The sign-in took too long, or was begun in another window. Try again.",
  rejected: "The provider's answer could not be trusted. Try again; if it stays, tell an administrator.",
  unavailable: "The provider does not answer. Try again in a moment.",
  "name-taken": "There is a user of this name already who signs in another way. Ask an administrator.",
  "bad-name": "The name that the provider gave can't be a user's name here. Ask an administrator.",
  disabled: "Your account is disabled here. Ask an administrator.",
  "not-set-up": "Sign-in by OpenID Connect is not set up.",
} as const;

export type SignInProblem = keyof typeof SIGN_IN_PROBLEMS;

const Pem = z
  .string()
  .max(100_000)
  .regex(/^\s*-----BEGIN CERTIFICATE-----/, "certificates in PEM form")
  .describe("certificates of the authorities to trust instead of the system's");
const Secret = z.string().min(1).max(1000);
const DistinguishedName = z.string().min(3).max(500);
const Attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9;-]{0,62}$/, "the name of an attribute, such as uid");
const Filter = z
  .string()
  .max(1000)
  .regex(/^\(.*\)$/s, "a filter in parentheses (RFC 4515)");

const LdapAttributes = z.strictObject({
  name: Attribute.optional().describe("what becomes the user's name here; uid or sAMAccountName"),
  id: Attribute.optional().describe("what never changes, whatever the name; entryUUID or objectGUID"),
  displayName: Attribute.optional(),
  email: Attribute.optional(),
  groupName: Attribute.optional(),
  groupMember: Attribute.optional().describe("holds the members' DNs; member"),
});

const ldap = {
  preset: z.enum(["openldap", "active-directory"]).default("openldap").describe("what is not given is as there"),
  url: z
    .url({ protocol: /^ldaps?$/, error: "a URL such as ldap://ldap.example.org or ldaps://ldap.example.org:636" })
    .max(500),
  startTls: z.boolean().default(true).describe("encrypt an ldap:// connection before anything is sent over it"),
  ca: Pem.optional(),
  bindDn: DistinguishedName.optional().describe("who looks users up; anonymous, if not given"),
  base: DistinguishedName.describe("users are looked for below it"),
  userFilter: Filter.optional().describe("which entry a name means; {name} stands for it"),
  groupBase: DistinguishedName.optional().describe("groups are looked for below it; base, if not given"),
  groupFilter: Filter.optional().describe("which entries are groups"),
  nestedGroups: z.boolean().default(true).describe("who is in a group of a group is in that one too"),
  attributes: LdapAttributes.default({}),
  timeoutSeconds: z.number().int().min(1).max(30).default(5),
};
export const LdapSettings = z.strictObject(ldap);
export const LdapSettingsWithSecret = z.strictObject({
  ...ldap,
  bindPassword: Secret.optional().describe(
    "kept if not given, as long as address, authorities and bind DN stay as they were",
  ),
});
const LdapInfo = z.object({
  version: z.number().int(),
  settings: LdapSettings,
  hasBindPassword: z.boolean(),
  updatedAt: Timestamp,
});

const oidc = {
  label: z.string().min(1).max(60).default("Single sign-on").describe("what the button on the sign-in page says"),
  issuer: z
    .url({ protocol: /^https?$/, error: "the issuer's URL, such as https://id.example.org" })
    .max(500)
    .describe("https, but for a provider on this computer"),
  clientId: z.string().min(1).max(300),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, "a scope"))
    .max(20)
    .default(["openid", "profile", "email"]),
  nameClaim: z.string().min(1).max(100).default("preferred_username").describe("what becomes the user's name here"),
  groupClaim: z.string().min(1).max(100).default("groups"),
  ca: Pem.optional(),
  timeoutSeconds: z.number().int().min(1).max(30).default(10),
};
export const OidcSettings = z.strictObject(oidc);
export const OidcSettingsWithSecret = z.strictObject({
  ...oidc,
  clientSecret: Secret.optional().describe("kept if not given, as long as issuer and client id stay as they were"),
});
const OidcInfo = z.object({
  version: z.number().int(),
  settings: OidcSettings,
  hasClientSecret: z.boolean(),
  redirectUrl: z.string().describe("to be registered at the provider"),
  updatedAt: Timestamp,
});

export const SessionSettings = z.strictObject({
  idleMinutes: z.number().int().min(1).max(1440).default(60).describe("a session ends when it is not used for so long"),
  hours: z.number().int().min(1).max(720).default(12).describe("and after so long in any case"),
});
const SessionSettingsInfo = SessionSettings.extend({ version: z.number().int() });

const Step = z.object({
  step: z.string(),
  outcome: z.enum(["ok", "failed", "skipped"]),
  message: z.string(),
});
const TestReport = z.object({ ok: z.boolean(), steps: z.array(Step) });

const none = z.object({});

export const signInContract = {
  listSignInWays: route({
    method: "GET",
    path: "/v1/sign-in",
    tag: "sign-in",
    rule: "public",
    summary: "How one can sign in here; for the sign-in page",
    response: z.object({
      password: z.boolean(),
      oidc: z.object({ label: z.string(), startPath: z.string() }).nullable(),
    }),
  }),
  startOidc: route({
    method: "GET",
    path: "/v1/session/oidc/start",
    tag: "sign-in",
    rule: "public",
    callsPerMinute: 60,
    summary: "Send a browser to the OpenID provider; it comes back signed in",
    query: z.strictObject({ returnTo: LocalPath.default("/").describe("where the browser goes in the end") }),
    response: none,
    status: 302,
  }),
  finishOidc: route({
    method: "GET",
    path: "/v1/session/oidc/callback",
    tag: "sign-in",
    rule: "public",
    callsPerMinute: 60,
    summary: "Where the OpenID provider sends the browser back to",
    // Providers add what they like.
    query: z.looseObject({
      state: z.string().max(500).optional(),
      code: z.string().max(5000).optional(),
      error: z.string().max(500).optional(),
    }),
    response: none,
    status: 302,
  }),
  getLdap: route({
    method: "GET",
    path: "/v1/sign-in/ldap",
    tag: "sign-in",
    rule: "administrator",
    summary: "How users of the directory (LDAP, Active Directory) sign in; the password is never shown",
    response: LdapInfo,
    cli: { words: ["sign-in", "show-ldap"], example: "berth sign-in show-ldap" },
  }),
  setLdap: route({
    method: "PUT",
    path: "/v1/sign-in/ldap",
    tag: "sign-in",
    rule: "administrator",
    summary: "Let users of a directory (LDAP, Active Directory) sign in",
    body: LdapSettingsWithSecret,
    response: LdapInfo,
    cli: {
      words: ["sign-in", "set-ldap"],
      example: "berth sign-in set-ldap --url ldap://ldap.example.org --base dc=example,dc=org --from bind.yaml",
    },
  }),
  deleteLdap: route({
    method: "DELETE",
    path: "/v1/sign-in/ldap",
    tag: "sign-in",
    rule: "administrator",
    summary: "Let users of the directory sign in no more; their sessions end, what they own stays",
    response: none,
    status: 204,
    cli: {
      words: ["sign-in", "delete-ldap"],
      confirm: "Nobody signs in through the directory any more.",
      example: "berth sign-in delete-ldap",
    },
  }),
  testLdap: route({
    method: "POST",
    path: "/v1/sign-in/ldap/test",
    tag: "sign-in",
    rule: "administrator",
    summary: "Try the directory: reach, encryption, bind, a user, his groups; nothing is changed",
    body: z.strictObject({
      name: z.string().min(1).max(100).optional().describe("a user to look up"),
      settings: LdapSettingsWithSecret.optional().describe("those to try; without any, those that are set"),
    }),
    response: TestReport,
    cli: {
      words: ["sign-in", "test-ldap"],
      columns: ["ok", "steps"],
      failsUnless: "ok",
      example: "berth sign-in test-ldap --name ada",
    },
  }),
  getOidc: route({
    method: "GET",
    path: "/v1/sign-in/oidc",
    tag: "sign-in",
    rule: "administrator",
    summary: "How users of the OpenID provider sign in; the secret is never shown",
    response: OidcInfo,
    cli: { words: ["sign-in", "show-oidc"], example: "berth sign-in show-oidc" },
  }),
  setOidc: route({
    method: "PUT",
    path: "/v1/sign-in/oidc",
    tag: "sign-in",
    rule: "administrator",
    summary: "Let users of an OpenID provider sign in",
    body: OidcSettingsWithSecret,
    response: OidcInfo,
    cli: {
      words: ["sign-in", "set-oidc"],
      example: "berth sign-in set-oidc --issuer https://id.example.org --client-id berth --from secret.yaml",
    },
  }),
  deleteOidc: route({
    method: "DELETE",
    path: "/v1/sign-in/oidc",
    tag: "sign-in",
    rule: "administrator",
    summary: "Let users of the OpenID provider sign in no more; their sessions end, what they own stays",
    response: none,
    status: 204,
    cli: {
      words: ["sign-in", "delete-oidc"],
      confirm: "Nobody signs in through the provider any more.",
      example: "berth sign-in delete-oidc",
    },
  }),
  testOidc: route({
    method: "POST",
    path: "/v1/sign-in/oidc/test",
    tag: "sign-in",
    rule: "administrator",
    summary: "Try the OpenID provider: reach, what it offers, its keys; nothing is changed",
    body: z.strictObject({
      settings: OidcSettingsWithSecret.optional().describe("those to try; without any, those that are set"),
    }),
    response: TestReport,
    cli: {
      words: ["sign-in", "test-oidc"],
      columns: ["ok", "steps"],
      failsUnless: "ok",
      example: "berth sign-in test-oidc",
    },
  }),
  getSessionSettings: route({
    method: "GET",
    path: "/v1/sign-in/sessions",
    tag: "sign-in",
    rule: "administrator",
    summary: "How long sessions last",
    response: SessionSettingsInfo,
    cli: { words: ["sign-in", "show-sessions"], example: "berth sign-in show-sessions" },
  }),
  setSessionSettings: route({
    method: "PUT",
    path: "/v1/sign-in/sessions",
    tag: "sign-in",
    rule: "administrator",
    summary: "Say how long sessions last that are opened from now on",
    body: SessionSettings,
    response: SessionSettingsInfo,
    cli: { words: ["sign-in", "set-sessions"], example: "berth sign-in set-sessions --idle-minutes 30 --hours 10" },
  }),
} satisfies Contract;
