import { ProviderError } from "../../kernel/errors.ts";

export type Resource = Readonly<Record<string, unknown>>;

/**
 * A path on the BMC's own origin, out of a link that the BMC sent. Anything else (another origin, dot segments,
 * control characters) is refused: credentials must not travel where an answer points.
 */
export function ownPath(link: unknown, origin: string): string {
  if (typeof link !== "string" || link.length > 1_000 || !/^[\x21-\x7e]+$/.test(link) || link.includes("\\")) {
    throw new ProviderError("rejected", "the BMC sent a link that is no path");
  }
  if (!URL.canParse(link, origin)) throw new ProviderError("rejected", "the BMC sent a link that is no path");
  const url = new URL(link, origin);
  if (url.origin !== origin) throw new ProviderError("rejected", "the BMC sent a link to another origin");
  if (/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(link))
    throw new ProviderError("rejected", "the BMC sent a link with dot segments");
  // A fragment (`…/Power#/PowerControl/0`) points into a resource; the resource is what is read.
  return url.pathname + url.search;
}

/** The `@odata.id` of a link object such as `{ "@odata.id": "/redfish/v1/Systems" }`; null when there is none. */
export function linkOf(value: unknown): unknown {
  return isResource(value) ? (value["@odata.id"] ?? null) : null;
}

export function isResource(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys, or undefined. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (here, key) => (isResource(here) && Object.hasOwn(here, key) ? here[key] : undefined),
    value,
  );
}

export function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** Text of a BMC as it may be kept: printable, bounded, null when empty. */
export function textAt(value: unknown, ...keys: readonly string[]): string | null {
  const found = at(value, ...keys);
  if (typeof found !== "string") return null;
  const clean = found
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 200);
  return clean === "" ? null : clean;
}

export function numberAt(value: unknown, ...keys: readonly string[]): number | null {
  const found = at(value, ...keys);
  return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : null;
}
