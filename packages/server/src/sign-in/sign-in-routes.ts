import { type LdapSettingsWithSecret, type OidcSettingsWithSecret, signInContract } from "@berth/api/sign-in.ts";
import type { z } from "zod";
import { directoryOf } from "../directories/ldap-rules.ts";
import { testDirectory } from "../directories/ldap-test.ts";
import { isIssuerAllowed, OIDC_CALLBACK_PATH } from "../directories/oidc-rules.ts";
import { testProvider } from "../directories/oidc-test.ts";
import {
  deleteSetting,
  getSetting,
  readSetting,
  type Setting,
  settingToTest,
  writeSetting,
} from "../directories/sign-in-settings.ts";
import { AppError } from "../kernel/errors.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { oidcHandlers } from "./oidc-handlers.ts";
import type { SessionDeps } from "./session-routes.ts";

export interface SignInDeps extends SessionDeps {
  /** Where browsers reach Berth. */
  readonly publicUrl: string;
}

const SESSION_STANDARD = { hours: 12, idleMinutes: 60 };

export function signInRoutes(deps: SignInDeps): RouteSet {
  const { db } = deps;
  const redirectUrl = new URL(OIDC_CALLBACK_PATH, deps.publicUrl).href;
  const oidcInfo = (setting: Setting<"oidc">) => ({
    version: setting.version,
    settings: setting.settings,
    hasClientSecret: setting.secretSealed !== null,
    redirectUrl,
    updatedAt: setting.updatedAt.toISOString(),
  });
  return implement(signInContract, {
    ...oidcHandlers(deps),
    listSignInWays: async () => {
      const oidc = await readSetting(db, "oidc");
      const startPath = signInContract.startOidc.path;
      return { password: true, oidc: oidc === null ? null : { label: oidc.settings.label, startPath } };
    },

    getLdap: async () => ldapInfo(await getSetting(db, "ldap")),
    setLdap: async ({ actor, body: { bindPassword, ...settings } }) => {
      if (bindPassword !== undefined && settings.bindDn === undefined) {
        throw new AppError("invalid_request", "A password without a name binds nobody.", {
          fields: [{ field: "bindDn", message: "is required with bindPassword" }],
        });
      }
      const given = { kind: "ldap" as const, settings, secret: bindPassword, secretField: "bindPassword" };
      return ldapInfo(await writeSetting(deps, actor, given));
    },
    deleteLdap: async ({ actor }) => {
      await deleteSetting(db, actor, "ldap");
      return {};
    },
    testLdap: async ({ body }) => {
      const { settings, secret } = await settingToTest(deps, "ldap", ldapToTest(body.settings));
      return testDirectory({ directory: directoryOf(settings), bindPassword: secret }, body.name ?? null);
    },

    getOidc: async () => oidcInfo(await getSetting(db, "oidc")),
    setOidc: async ({ actor, body: { clientSecret, ...settings } }) => {
      if (!isIssuerAllowed(settings.issuer)) {
        throw new AppError("invalid_request", "The issuer must be reached by https.", {
          fields: [{ field: "issuer", message: "must begin with https://" }],
        });
      }
      const given = { kind: "oidc" as const, settings, secret: clientSecret, secretField: "clientSecret" };
      return oidcInfo(await writeSetting(deps, actor, given));
    },
    deleteOidc: async ({ actor }) => {
      await deleteSetting(db, actor, "oidc");
      return {};
    },
    testOidc: async ({ body }) => {
      const { settings, secret } = await settingToTest(deps, "oidc", oidcToTest(body.settings));
      return testProvider({ settings, clientSecret: secret }, redirectUrl);
    },

    getSessionSettings: async () => {
      const setting = await readSetting(db, "session");
      return { version: setting?.version ?? 1, ...(setting?.settings ?? SESSION_STANDARD) };
    },
    setSessionSettings: async ({ actor, body }) => {
      const given = { kind: "session" as const, settings: body, secret: undefined, secretField: "" };
      const { version, settings } = await writeSetting(deps, actor, given);
      return { version, ...settings };
    },
  });
}

type LdapBody = z.output<typeof LdapSettingsWithSecret>;
type OidcBody = z.output<typeof OidcSettingsWithSecret>;

function ldapToTest(body: LdapBody | undefined) {
  if (body === undefined) return null;
  const { bindPassword, ...settings } = body;
  return { settings, secret: bindPassword };
}

function oidcToTest(body: OidcBody | undefined) {
  if (body === undefined) return null;
  const { clientSecret, ...settings } = body;
  return { settings, secret: clientSecret };
}

function ldapInfo(setting: Setting<"ldap">) {
  return {
    version: setting.version,
    settings: setting.settings,
    hasBindPassword: setting.secretSealed !== null,
    updatedAt: setting.updatedAt.toISOString(),
  };
}
