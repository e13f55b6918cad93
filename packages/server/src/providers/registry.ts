import { z } from "zod";
import type { Dial } from "../kernel/dial.ts";
import { AppError } from "../kernel/errors.ts";
import { libvirtProvider } from "./libvirt/libvirt.ts";
import { memoryProvider } from "./memory/memory.ts";
import type { Provider, ProviderType } from "./provider.ts";
import { redfishProvider } from "./redfish/redfish.ts";
import { type SecretPath, type Settings, secretPaths, splitSecrets } from "./settings-secrets.ts";
import { type Observers, wrapProvider } from "./wrapper.ts";

/** Every kind of backend that Berth can drive. A new one is a folder and a line here. */
export const providerTypes: Readonly<Record<string, ProviderType>> = {
  redfish: redfishProvider,
  libvirt: libvirtProvider,
  memory: memoryProvider,
};

/** @throws AppError `invalid_request` for a type that there is not. */
export function providerTypeOf(type: string): ProviderType {
  const known = Object.hasOwn(providerTypes, type) ? providerTypes[type] : undefined;
  if (known !== undefined) return known;
  const types = Object.keys(providerTypes).join(", ");
  throw new AppError("invalid_request", `there is no provider of that type; there are ${types}`, {
    fields: [{ field: "provider", message: `one of ${types}` }],
  });
}

/** Settings checked and completed with defaults. @throws AppError `invalid_request` that names the fields. */
export function readSettings(type: string, settings: unknown): Settings {
  const read = providerTypeOf(type).settings.safeParse(settings);
  if (read.success) return read.data;
  throw new AppError("invalid_request", `these are no settings of a ${type} provider`, {
    fields: read.error.issues.map((issue) => ({
      field: ["settings", ...issue.path].join("."),
      message: issue.message,
    })),
  });
}

/** Opens the connection to one backend; it connects at the first call. @throws AppError as `readSettings` does. */
export function openProvider(type: string, settings: unknown, outside: { readonly dial: Dial } & Observers): Provider {
  const { open } = providerTypeOf(type);
  return wrapProvider(open(readSettings(type, settings), { dial: outside.dial }), outside);
}

/** Every type with its settings as JSON Schema; secrets are `writeOnly`. For those who draw a form of them. */
export function describeProviders() {
  return Object.values(providerTypes).map(({ type, manages, settings }) => ({
    type,
    manages,
    settings: z.toJSONSchema(settings, { io: "input", override: ({ jsonSchema }) => markSecret(jsonSchema) }),
  }));
}

function markSecret(jsonSchema: Record<string, unknown>): void {
  if (jsonSchema.secret !== true) return;
  delete jsonSchema.secret;
  jsonSchema.writeOnly = true;
}

/** Which settings of that type are secret. */
export function secretFields(type: string): SecretPath[] {
  return secretPaths(providerTypeOf(type).settings);
}

/** Settings as they may be shown: without secrets. */
export function redactSettings(type: string, settings: Settings): Settings {
  return splitSecrets(settings, secretFields(type)).open;
}

export function settingsSchemaOf(type: string): ProviderType["settings"] {
  return providerTypeOf(type).settings;
}
