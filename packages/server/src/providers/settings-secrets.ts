import { z } from "zod";

/** Where a secret is in a provider's settings: `["tls", "key"]`. */
export type SecretPath = readonly string[];

export type Settings = Readonly<Record<string, unknown>>;

/** The paths of all fields marked with `.meta({ secret: true })`, also inside objects and unions. */
export function secretPaths(schema: z.ZodType): SecretPath[] {
  const found = new Map(pathsIn(schema).map((path) => [path.join("."), path]));
  return [...found.values()];
}

function pathsIn(schema: unknown): SecretPath[] {
  if (!(schema instanceof z.ZodType)) return [];
  if (schema.meta()?.secret === true) return [[]];
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, field]) => pathsIn(field).map((path) => [key, ...path]));
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(pathsIn);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return pathsIn(schema.unwrap());
  if (schema instanceof z.ZodPipe) return pathsIn(schema.in);
  return [];
}

/** The settings without their secrets, and those apart, by path joined with dots. */
export function splitSecrets(
  settings: Settings,
  paths: readonly SecretPath[],
): { open: Settings; secrets: Record<string, string> } {
  const open = structuredClone(settings) as Record<string, unknown>;
  const secrets: Record<string, string> = {};
  for (const path of paths) {
    const { parent, key } = placeOf(open, path);
    const value = parent?.[key];
    if (parent === null || typeof value !== "string") continue;
    secrets[path.join(".")] = value;
    delete parent[key];
  }
  return { open, secrets };
}

/** The way back from `splitSecrets`. A secret whose surroundings are gone is left out. */
export function joinSecrets(
  open: Settings,
  secrets: Readonly<Record<string, string>>,
  paths: readonly SecretPath[],
): Settings {
  const whole = structuredClone(open) as Record<string, unknown>;
  for (const path of paths) {
    const secret = secrets[path.join(".")];
    const { parent, key } = placeOf(whole, path);
    if (secret !== undefined && parent !== null) parent[key] = secret;
  }
  return whole;
}

function placeOf(
  root: Record<string, unknown>,
  path: SecretPath,
): { parent: Record<string, unknown> | null; key: string } {
  const parent = path.slice(0, -1).reduce<Record<string, unknown> | null>((at, key) => objectOrNull(at?.[key]), root);
  return { parent, key: path.at(-1) ?? "" };
}

function objectOrNull(value: unknown): Record<string, unknown> | null {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}
