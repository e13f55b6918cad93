import { foldName } from "./ldap-rules.ts";

const NAME = /^[a-z0-9](?:[a-z0-9._@-]{0,98}[a-z0-9])?$/;
/** Where an id or a name may be given, a name that looks like an id could never be found. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The name under which somebody from elsewhere is known here; null when it can't be one. */
export function userNameOf(external: string): string | null {
  const name = external.normalize("NFKC").trim().toLowerCase();
  return NAME.test(name) && !UUID.test(name) ? name : null;
}

interface Group {
  readonly id: string;
  readonly name: string;
  /** `ldap:` or `oidc:`, and the group's name there. */
  readonly external: string | null;
}

/** Which of our groups somebody is in by what his source says. Directories don't tell capitals from small letters. */
export function externalGroupsOf<G extends Group>(
  known: readonly G[],
  given: { source: "ldap" | "oidc"; groups: readonly string[] },
): G[] {
  const fold = given.source === "ldap" ? foldName : (name: string) => name;
  const names = new Set(given.groups.map(fold));
  const prefix = `${given.source}:`;
  return known.filter(({ external }) => external?.startsWith(prefix) && names.has(fold(external.slice(prefix.length))));
}
