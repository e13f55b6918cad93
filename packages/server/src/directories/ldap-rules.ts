import type { LdapSettings } from "@berth/api/sign-in.ts";
import type { z } from "zod";

type Given = z.output<typeof LdapSettings>;

/** The settings with everything filled in that the preset knows. */
export interface Directory {
  readonly url: string;
  readonly encryption: "tls" | "starttls" | "none";
  readonly ca: string | null;
  readonly bindDn: string | null;
  readonly base: string;
  readonly userFilter: string;
  readonly groupBase: string;
  readonly groupFilter: string;
  /** Who finds groups of groups: the server by one rule, we one step after the other, or nobody. */
  readonly nesting: "in-chain" | "walk" | "none";
  readonly attributes: {
    readonly name: string;
    readonly id: string;
    readonly displayName: string;
    readonly email: string;
    readonly groupName: string;
    readonly groupMember: string;
  };
  readonly timeoutMs: number;
}

const PRESETS = {
  openldap: {
    userFilter: "(&(objectClass=inetOrgPerson)(uid={name}))",
    groupFilter: "(objectClass=groupOfNames)",
    nesting: "walk",
    attributes: {
      name: "uid",
      id: "entryUUID",
      displayName: "cn",
      email: "mail",
      groupName: "cn",
      groupMember: "member",
    },
  },
  // Disabled accounts (bit 2 of userAccountControl) are left out, though a bind would refuse them too.
  "active-directory": {
    userFilter:
      "(&(objectCategory=person)(objectClass=user)(sAMAccountName={name})(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
    groupFilter: "(objectClass=group)",
    nesting: "in-chain",
    attributes: {
      name: "sAMAccountName",
      id: "objectGUID",
      displayName: "displayName",
      email: "mail",
      groupName: "cn",
      groupMember: "member",
    },
  },
} as const satisfies Record<string, Pick<Directory, "userFilter" | "groupFilter" | "nesting" | "attributes">>;

export function directoryOf(given: Given): Directory {
  const preset = PRESETS[given.preset];
  return {
    url: given.url,
    encryption: given.url.startsWith("ldaps:") ? "tls" : given.startTls ? "starttls" : "none",
    ca: given.ca ?? null,
    bindDn: given.bindDn ?? null,
    base: given.base,
    userFilter: given.userFilter ?? preset.userFilter,
    groupBase: given.groupBase ?? given.base,
    groupFilter: given.groupFilter ?? preset.groupFilter,
    nesting: given.nestedGroups ? preset.nesting : "none",
    attributes: { ...preset.attributes, ...given.attributes },
    timeoutMs: given.timeoutSeconds * 1000,
  };
}

/** A value as it may stand in a filter (RFC 4515, section 3): it stays a value, whatever is in it. */
export function escapeFilterValue(value: string): string {
  return value.replaceAll(/[\\*()\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

export function userFilterOf(directory: Directory, name: string): string {
  return directory.userFilter.replaceAll("{name}", () => escapeFilterValue(name));
}

/** Microsoft's LDAP_MATCHING_RULE_IN_CHAIN: follows members of members on the server. */
const IN_CHAIN = "1.2.840.113556.1.4.1941";

/** Groups that have one of these entries as a member. */
export function groupFilterOf(directory: Directory, memberDns: readonly string[]): string {
  const { groupMember } = directory.attributes;
  const attribute = directory.nesting === "in-chain" ? `${groupMember}:${IN_CHAIN}:` : groupMember;
  const members = memberDns.map((dn) => `(${attribute}=${escapeFilterValue(dn)})`).join("");
  return `(&${directory.groupFilter}(|${members}))`;
}

/** Directories write one name in many ways: `CN=Ops, DC=example` and `cn=ops,dc=example` are the same. */
export function foldName(nameOrDn: string): string {
  return nameOrDn
    .trim()
    .toLowerCase()
    .replaceAll(/\s*([,=])\s*/g, "$1");
}
