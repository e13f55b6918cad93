import { createHash } from "node:crypto";
import { z } from "zod";
import { AppError } from "../kernel/errors.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { joinSecrets, type Settings, splitSecrets } from "../providers/settings-secrets.ts";

/** What the rooms may know of the providers' registry; `main.ts` hands it in. */
export type ProviderRegistry = Pick<
  typeof import("../providers/registry.ts"),
  "openProvider" | "readSettings" | "secretFields" | "describeProviders"
>;

/** Whose settings they are: a sealed secret opens only there. */
export interface SettingsOwner {
  readonly kind: "machine" | "host";
  readonly id: string;
}

export interface StoredSettings {
  readonly provider: string;
  readonly settings: Settings;
  readonly secretsSealed: string | null;
}

const Secrets = z.record(z.string(), z.string());

/** Splits checked settings into what may be read and what is sealed. @throws AppError `invalid_request` naming the fields. */
export function storeSettings(
  deps: { registry: ProviderRegistry; secrets: SecretBox },
  owner: SettingsOwner,
  given: { provider: string; settings: unknown },
): StoredSettings {
  const checked = deps.registry.readSettings(given.provider, given.settings);
  const { open, secrets } = splitSecrets(checked, deps.registry.secretFields(given.provider));
  const secretsSealed =
    Object.keys(secrets).length === 0
      ? null
      : deps.secrets.seal(JSON.stringify(secrets), contextOf(owner, given.provider, open));
  return { provider: given.provider, settings: open, secretsSealed };
}

/** The whole settings again. @throws AppError `unavailable` when the secrets do not open: the key is another one. */
export function openSettings(
  deps: { registry: ProviderRegistry; secrets: SecretBox },
  owner: SettingsOwner,
  stored: StoredSettings,
): Settings {
  if (stored.secretsSealed === null) return stored.settings;
  try {
    const text = deps.secrets.open(stored.secretsSealed, contextOf(owner, stored.provider, stored.settings));
    const secrets = Secrets.parse(JSON.parse(text));
    return joinSecrets(stored.settings, secrets, deps.registry.secretFields(stored.provider));
  } catch (cause) {
    throw new AppError("unavailable", `the credentials of ${owner.kind} ${owner.id} can't be opened: give them again`, {
      cause,
    });
  }
}

/**
 * What a change leads to. Credentials are bound to everything else in the settings, the address above all: whoever
 * changes where they are sent must give them again, or could have them sent to himself.
 * @throws AppError `invalid_request` when secrets are missing then.
 */
export function changeSettings(
  deps: { registry: ProviderRegistry; secrets: SecretBox },
  owner: SettingsOwner,
  stored: StoredSettings,
  given: Settings,
): StoredSettings {
  const paths = deps.registry.secretFields(stored.provider);
  const open = splitSecrets(given, paths).open;
  const gaveNone = Object.keys(splitSecrets(given, paths).secrets).length === 0;
  if (!gaveNone || stored.secretsSealed === null)
    return storeSettings(deps, owner, { provider: stored.provider, settings: given });
  const kept = joinSecrets(open, secretsOf(deps, owner, stored), paths);
  const next = splitSecrets(deps.registry.readSettings(stored.provider, kept), paths).open;
  if (canonical(next) === canonical(stored.settings)) return stored;
  throw new AppError(
    "invalid_request",
    "the credentials belong to the settings as they were: give them again with the new ones",
    {
      fields: paths.map((path) => ({
        field: ["settings", ...path].join("."),
        message: "is needed with changed settings",
      })),
    },
  );
}

function secretsOf(
  deps: { registry: ProviderRegistry; secrets: SecretBox },
  owner: SettingsOwner,
  stored: StoredSettings,
) {
  const whole = openSettings(deps, owner, stored);
  return splitSecrets(whole, deps.registry.secretFields(stored.provider)).secrets;
}

function contextOf(owner: SettingsOwner, provider: string, open: Settings): string {
  const digest = createHash("sha256").update(canonical(open)).digest("hex");
  return `${owner.kind}/${owner.id}/${provider}/${digest}`;
}

/** The same text for the same values: the database gives keys back in an order of its own. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
